// Showing a second factor, at sign-in and for /check: which way, then the code; one thing at a time. The page is
// `{{part.second_factor}}`; its heading `question` is worded here.
import { now } from "./api.js";
import { countdown } from "./clock.js";
import { readSms, readyDigits, readyResend } from "./code-entry.js";
import { readyForm } from "./form.js";
import { forget, keep, kept } from "./keep.js";
import { ask, heed } from "./signed-in.js";
import { find, word } from "./words.js";

const CHANNELS = { mobile_code: "mobile", email_code: "email" };
const SENT = "second-factor-sent";

const QUESTIONS = {
  mobile_code: word("second_factor.question_mobile"),
  email_code: word("second_factor.question_email"),
  authenticator: word("second_factor.question_authenticator"),
  recovery_code: word("second_factor.question_recovery"),
};

/**
 * Makes the page work. `session`: GET /sessions/current. `mayTrust`: whether to offer not to be asked in this browser again.
 * `done(answer)` is called when the second factor was right.
 */
export function readySecondFactor({ session, mayTrust = false, done }) {
  const first = session.methods.includes("authenticator") ? "authenticator" : null;
  const choice = find("choose");
  const form = find("second-factor");
  let way = null; // null: the choice
  let sent = kept(SENT); // the answer to the last sending; a code to the other channel replaces it
  let stopReading = () => {};

  const isOut = (channel) => sent?.channel === channel && Date.parse(sent.expires_at) > now();
  const showUntil = countdown((time) => word("clock.code_until", { time }), () => startOver(word("second_factor.over")));
  const mayResend = readyResend({
    form,
    heed,
    async again() {
      await send(CHANNELS[way]);
      mayResend(sent);
      return true;
    },
  });

  async function send(channel) {
    sent = await ask("POST", "/sessions/current/codes", { channel });
    keep(SENT, sent);
  }

  function show(chosen) {
    const channel = CHANNELS[chosen];
    way = channel && !isOut(channel) ? null : chosen;
    const heading = QUESTIONS[way] ?? word("second_factor.question");
    find("question").textContent = heading;
    document.title = `${heading} – ${word("site.name")}`;
    find("told").hidden = true;
    choice.hidden = way !== null;
    form.hidden = way === null;
    find("sent").hidden = find("not-arrived").hidden = !channel || way === null;
    find("with-code").hidden = way === "recovery_code";
    find("with-recovery-code").hidden = way !== "recovery_code";
    find("lost").hidden = way !== "authenticator" && way !== "recovery_code";
    stopReading();
    stopReading = way === "mobile_code" ? readSms(find("code"), form.querySelector("[type=submit]")) : () => {};
    showUntil(way !== null && channel ? sent.expires_at : null);
    if (way === null || !channel) return;
    find("sent-to").textContent = sent.sent_to;
    mayResend(sent);
  }

  /** Goes to one way, or to the choice; Back leads to where one was. */
  function turnTo(chosen) {
    history.pushState({ way: chosen }, "");
    find("code").value = "";
    show(chosen);
    find("question").focus();
  }

  /** The code counts no more: back to the choice. */
  function startOver(why) {
    sent = null;
    forget(SENT);
    show(null);
    if (why) {
      find("told").hidden = false;
      find("told").textContent = why;
    }
  }

  for (const one of choice.querySelectorAll(".choice")) {
    const method = one.querySelector("input").value;
    one.hidden = !session.methods.includes(method);
    if (CHANNELS[method]) one.querySelector(".hint").textContent = session[CHANNELS[method]];
  }
  find("trust").hidden = !mayTrust;
  find("other-way").hidden = session.methods.length < 2;
  addEventListener("popstate", ({ state }) => show(state ? state.way : first));
  find("other-way").addEventListener("click", () => turnTo(null));

  readyForm(choice, {
    heed,
    async send(values) {
      const channel = CHANNELS[values.way];
      if (channel && !isOut(channel)) await send(channel);
      turnTo(values.way);
    },
  });
  readyDigits(form);
  readyForm(form, {
    async heed(problem) {
      await heed(problem);
      if (problem.errors.code && way === "recovery_code") problem.errors = { recovery_code: problem.errors.code };
      if (["code_expired", "codes_exhausted"].includes(problem.code)) startOver();
    },
    async send({ code, recovery_code, trust_browser }) {
      stopReading();
      const body = { method: way, code: code ?? recovery_code };
      if (mayTrust) body.trust_browser = trust_browser;
      const answer = await ask("POST", "/sessions/current/second-factor", body);
      forget(SENT, "typed:choose", "typed:second-factor");
      await done(answer);
    },
  });
  show(history.state ? history.state.way : first);
  find("loading").remove();
}
