import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { readyForm } from "./form.js";
import { joining } from "./joining.js";
import { find, to } from "./words.js";

const withCaptcha = startCaptcha();
readyForm(find("staff-join"), {
  async send({ email }) {
    joining.begin({ ...(await withCaptcha((captcha) => call("POST", "/staff/joinings", { body: { email, captcha } }))), email });
    location.assign(to("/staff/join/codes"));
    await new Promise(() => {});
  },
});
