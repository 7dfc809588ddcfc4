// Both pages of the registration at ICEGATE that ask for two codes: for the contact of record and for the alternate one.
import { countdown } from "./clock.js";
import { readSms, readyDigits, readyResend } from "./code-entry.js";
import { exhausted, goOn, heed, isOver, open, overProblem, poll, showEnd, step } from "./flow.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { find, page, say, word } from "./words.js";

const alternate = page === "alternate-codes";
const form = find(page);
let view = await open();

const showUntil = countdown((time) => word("clock.codes_until", { time }), () => showEnd(overProblem({ status: "expired" })));
const sending = (one) => one.status === "sending_codes";
const mayResend = readyResend({
  form,
  heed,
  async again() {
    await settle(await step("POST", "/codes"));
    return view.status !== "codes_not_sent";
  },
});

function show(latest) {
  view = latest;
  find("record-mobile").textContent = view.mobile;
  find("record-email").textContent = view.email;
  showUntil(view.expires_at);
  if (sending(view)) say(find("sent-status"), word("codes.sending"));
  else if (view.status === "codes_not_sent") say(find("sent-status"), word("codes.not_sent"), "bad");
  else say(find("sent-status"), word("codes.sent"), "good");
  mayResend(view);
}

async function settle(latest) {
  show(latest);
  const settled = await poll(latest, (one) => !sending(one));
  if (settled === null) say(find("sent-status"), word("codes.slow"));
  else if (isOver(settled)) await showEnd(overProblem(settled));
  else if (settled.attempts_left === 0) await showEnd(exhausted());
  else show(settled);
}

readyDigits(form);
const stopReading = readSms(find("mobile_code"), find("email_code"));
readyForm(form, {
  heed,
  async send(values) {
    stopReading();
    const path = alternate ? "/alternate-contact/verify" : "/codes/verify";
    const verified = await step("POST", path, values);
    forget(`typed:${page}`);
    await goOn(verified);
  },
});

await settle(view);
