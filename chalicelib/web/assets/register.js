import "./landing.js";
import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { begin } from "./flow.js";
import { readyForm } from "./form.js";
import { readyShowButtons } from "./password.js";
import { find, to } from "./words.js";

const withCaptcha = startCaptcha();
readyShowButtons();
readyForm(find("register"), {
  async send(values) {
    begin(await withCaptcha((captcha) => call("POST", "/icegate/registrations", { body: { ...values, captcha } })));
    location.assign(to("/icegate/register/credentials"));
    await new Promise(() => {});
  },
});
