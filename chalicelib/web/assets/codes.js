// Both pages that ask for two codes: for the contact of record and for the alternate one.
import { Problem, now } from "./api.js";
import { countdown } from "./clock.js";
import { exhausted, goOn, heed, isOver, open, overProblem, poll, showEnd, step } from "./flow.js";
import { asciiDigits, hold, readyForm, showProblem } from "./form.js";
import { forget } from "./keep.js";
import { find, page, say, word } from "./words.js";

const alternate = page === "alternate-codes";
const form = find(page);
const resend = find("resend");
let view = await open();
let resendAt = null;
let sendsLeft = 0;
let resending = false;

const showUntil = countdown((time) => word("clock.codes_until", { time }), () => showEnd(overProblem({ status: "expired" })));
const sending = (one) => one.status === "sending_codes";

function show(latest) {
  view = latest;
  find("record-mobile").textContent = view.mobile;
  find("record-email").textContent = view.email;
  showUntil(view.expires_at);
  if (sending(view)) say(find("sent-status"), word("codes.sending"));
  else if (view.status === "codes_not_sent") say(find("sent-status"), word("codes.not_sent"), "bad");
  else say(find("sent-status"), word("codes.sent"), "good");
  resendAt = view.resend_at;
  sendsLeft = view.sends_left;
  tick();
}

async function settle(latest) {
  show(latest);
  const settled = await poll(latest, (one) => !sending(one));
  if (settled === null) say(find("sent-status"), word("codes.slow"));
  else if (isOver(settled)) await showEnd(overProblem(settled));
  else if (settled.attempts_left === 0) await showEnd(exhausted());
  else show(settled);
}

// The wait is shown every second but not spoken: the sentence is read when one comes to the button.
function tick() {
  if (!resend.isConnected) return; // the page shows an end instead
  const wait = resendAt ? Date.parse(resendAt) - now() : 0;
  const may = sendsLeft > 0 && wait <= 0 && !resending;
  if (may) resend.removeAttribute("aria-disabled");
  else resend.setAttribute("aria-disabled", "true");
  const hint = find("resend-wait");
  if (sendsLeft <= 0) hint.textContent = word("codes.no_sends_left");
  else if (wait > 1000) hint.textContent = word("codes.resend_wait", { seconds: Math.ceil(wait / 1000) });
  else if (wait > 0) hint.textContent = word("codes.resend_wait_one");
  else if (sendsLeft === 1) hint.textContent = word("codes.send_left");
  else hint.textContent = word("codes.sends_left", { count: sendsLeft });
}

resend.disabled = false;
resend.addEventListener("click", async () => {
  if (resend.getAttribute("aria-disabled") === "true") return;
  resending = true;
  say(find("resend-status"), "");
  const free = hold(resend);
  try {
    await settle(await step("POST", "/codes"));
    if (view.status !== "codes_not_sent") say(find("resend-status"), word("codes.sent_again"), "good");
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    await heed(problem);
    if (problem.retryAt) resendAt = problem.retryAt;
    if (problem.code === "send_limit_reached") sendsLeft = 0;
    showProblem(form, problem);
  } finally {
    free();
    resending = false;
    tick();
  }
});
setInterval(tick, 1000);

// Digits of a Hindi keyboard and pasted blanks are taken as they are meant.
for (const input of form.querySelectorAll("[data-digits]")) {
  input.addEventListener("input", () => {
    const digits = asciiDigits(input.value).replace(/[\s-]/g, "");
    if (digits !== input.value && /^[0-9]{6}$/.test(digits)) input.value = digits;
  });
}

// Where the browser can, it reads the code out of our SMS (WebOTP) after asking its owner.
const waitForSms = new AbortController();
if ("OTPCredential" in window) {
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: waitForSms.signal })
    .then((found) => {
      const input = find("mobile_code");
      input.value = found.code;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      find("email_code").focus();
    })
    .catch(() => {}); // refused, or no SMS came: the person types it
}

readyForm(form, {
  async send(values) {
    waitForSms.abort();
    const path = alternate ? "/alternate-contact/verify" : "/codes/verify";
    const verified = await step("POST", path, values);
    forget(`typed:${page}`);
    await goOn(verified);
  },
});

await settle(view);
