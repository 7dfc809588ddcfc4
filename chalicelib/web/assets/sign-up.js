import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { readyForm } from "./form.js";
import { readyShowButtons, watchStrength, wrongPasswords } from "./password.js";
import { signUp } from "./signing-up.js";
import { find, to, word } from "./words.js";

const serves = find("email_serves");
const consent = find("privacy_notice");
const username = () => (serves.checked ? find("email") : find("username")).value.trim();
let notice = find("privacy-version").textContent; // the version that is agreed to

const withCaptcha = startCaptcha();
readyShowButtons();
readyForm(find("sign-up"), {
  check: (values) => wrongPasswords(values, username(), word("field.password_contains_username")),
  async heed(problem) {
    if (problem.code !== "privacy_notice_changed") return;
    notice = (await call("GET", "/privacy-notice")).version;
    find("privacy-version").textContent = notice;
    consent.checked = false;
  },
  async send({ email_serves: _, ...values }) {
    const body = { ...values, role: "importer_exporter", privacy_notice: notice };
    signUp.begin(await withCaptcha((captcha) => call("POST", "/accounts/registrations", { body: { ...body, captcha } })));
    location.assign(to("/sign-up/codes"));
    await new Promise(() => {});
  },
});
const showUsername = () => {
  find("own-username").hidden = serves.checked;
};
serves.addEventListener("change", showUsername);
showUsername();
watchStrength(find("password"), username);
