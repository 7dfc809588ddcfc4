import { countdown } from "./clock.js";
import { readSms, readyDigits, readyResend } from "./code-entry.js";
import { readyForm } from "./form.js";
import { ask, goBack, heed, open } from "./signed-in.js";
import { find, word } from "./words.js";

const session = await open({ half: true });
const [start, form] = [find("lost"), find("sign-in-lost-authenticator")];
const isStaff = ["officer", "supervisor", "administrator", "department_officer"].includes(session.role);
find("loading").remove();
find("for-staff").hidden = !isStaff;
start.hidden = isStaff;

let stopReading = () => {};
const showUntil = countdown((time) => word("clock.codes_until", { time }), startOver);
const mayResend = readyResend({
  form,
  heed,
  async again() {
    mayResend(await ask("POST", "/sessions/current/authenticator-loss"));
    return true;
  },
});

function startOver() {
  form.hidden = true;
  start.hidden = false;
  showUntil(null);
  find("question").focus();
}

readyForm(start, {
  heed,
  async send() {
    const sent = await ask("POST", "/sessions/current/authenticator-loss");
    start.hidden = true;
    form.hidden = false;
    showUntil(sent.expires_at);
    mayResend(sent);
    stopReading = readSms(find("mobile_code"), find("email_code"));
    find("question").focus();
  },
});
readyDigits(form);
readyForm(form, {
  async heed(problem) {
    await heed(problem);
    if (["code_expired", "codes_exhausted"].includes(problem.code)) startOver();
  },
  async send(values) {
    stopReading();
    await ask("POST", "/sessions/current/authenticator-loss/verify", values);
    await goBack("/home");
  },
});
