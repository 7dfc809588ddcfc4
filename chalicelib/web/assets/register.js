import "./landing.js";
import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { begin } from "./flow.js";
import { readyForm } from "./form.js";
import { readyShowButtons } from "./password.js";
import { find, to } from "./words.js";

const captcha = startCaptcha();
const STALE = ["captcha_used", "captcha_expired", "captcha_incorrect"];

async function register(values) {
  const send = async () => call("POST", "/icegate/registrations", { body: { ...values, captcha: await captcha.answer() } });
  try {
    return await send();
  } catch (problem) {
    if (problem.status === 0) throw problem; // nothing went out, or nobody knows: the same solution may still serve
    captcha.renew();
    if (!STALE.includes(problem.code)) throw problem;
    return send();
  }
}

readyShowButtons();
readyForm(find("register"), {
  async send(values) {
    begin(await register(values));
    location.assign(to("/icegate/register/credentials"));
    await new Promise(() => {});
  },
});
