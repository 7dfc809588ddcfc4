// What every page that asks for codes shares: digits as they are meant, the code out of the SMS, sending again.
//
//   readyDigits(form);
//   const stop = readSms(find("mobile_code"), find("email_code")); // stop() before the form is sent
//   const update = readyResend({ form, heed, again: async () => update(await …) }); update({ resend_at, sends_left });
//
// The page holds a button `resend` (disabled), described by `resend-wait`, and a status `resend-status`: `{{part.resend}}`.
import { Problem, now } from "./api.js";
import { asciiDigits, hold, showProblem } from "./form.js";
import { find, say, word } from "./words.js";

/** Digits of a Hindi keyboard and pasted blanks are taken as they are meant. */
export function readyDigits(form) {
  for (const input of form.querySelectorAll("[data-digits]")) {
    input.addEventListener("input", () => {
      const digits = asciiDigits(input.value).replace(/[\s-]/g, "");
      if (digits !== input.value && /^[0-9]{6}$/.test(digits)) input.value = digits;
    });
  }
}

/** Where the browser can, it reads the code out of our SMS (WebOTP) after asking its owner. Returns what ends the waiting. */
export function readSms(input, next) {
  const waiting = new AbortController();
  if ("OTPCredential" in window) {
    navigator.credentials
      .get({ otp: { transport: ["sms"] }, signal: waiting.signal })
      .then((found) => {
        input.value = found.code;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        next.focus();
      })
      .catch(() => {}); // refused, or no SMS came: the person types it
  }
  return () => waiting.abort();
}

/** The button that sends codes again, and when it may. `again()` sends, shows the outcome, and returns whether they were sent. */
export function readyResend({ form, again, heed }) {
  const resend = find("resend");
  let resendAt = null;
  let sendsLeft = 0;
  let resending = false;

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
      if (await again()) say(find("resend-status"), word("codes.sent_again"), "good");
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
  return (latest) => {
    resendAt = latest.resend_at;
    sendsLeft = latest.sends_left;
    tick();
  };
}
