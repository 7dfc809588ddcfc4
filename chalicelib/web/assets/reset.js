import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { readyForm } from "./form.js";
import { reset } from "./resetting.js";
import { find, to } from "./words.js";

const withCaptcha = startCaptcha();
readyForm(find("reset"), {
  async send({ username }) {
    reset.begin({ ...(await withCaptcha((captcha) => call("POST", "/password-resets", { body: { username, captcha } }))), username });
    location.assign(to("/reset/codes"));
    await new Promise(() => {});
  },
});
