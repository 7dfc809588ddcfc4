// Changing the email or the mobile: the address, then the code that came to it.
import { countdown } from "./clock.js";
import { readSms, readyDigits, readyResend } from "./code-entry.js";
import { readyForm, showProblem } from "./form.js";
import { forget, keep, kept } from "./keep.js";
import { turnTo } from "./make.js";
import { ask, heed } from "./signed-in.js";
import { find, say, word } from "./words.js";

// The change is over, whatever was typed: one begins again with the address.
const ENDS = ["code_expired", "codes_exhausted", "flow_ended", "flow_token_invalid", "not_found"];

/** The change of `kind` ("email" or "mobile") that this tab has begun, or null. */
export const underWay = (kind) => kept(`change:${kind}`);

/**
 * Makes both steps work. `texts`: `heading`, `hint` and `next(change)` of the code's step; `done(view)` is called with the answer to
 * the right code. Returns what opens a change: `begin({ email })`.
 */
export function readyContactChange(kind, texts, done) {
  const addressForm = find(`account-${kind}`);
  const codeForm = find("contact-code");
  const heading = find("heading");
  const question = heading.textContent;
  const path = () => `/account/contact-changes/${encodeURIComponent(underWay(kind).change_id)}`;
  const showUntil = countdown((time) => word("clock.code_until", { time }), () => backToAddress({ title: word("contact_change.over") }));
  let stopReading = () => {};

  function backToAddress(problem = null) {
    stopReading();
    showUntil(null);
    forget(`change:${kind}`, "typed:contact-code");
    find("code-step").hidden = true;
    find("address-step").hidden = false;
    turnTo(heading, question, word("site.name"));
    if (problem) showProblem(addressForm, problem);
  }

  async function heedEnds(problem) {
    await heed(problem);
    if (ENDS.includes(problem.code) || problem.attemptsLeft === 0) backToAddress(problem);
  }

  const mayResend = readyResend({
    form: codeForm,
    heed: heedEnds,
    async again() {
      show({ ...underWay(kind), ...(await ask("POST", `${path()}/codes`)) });
      return true;
    },
  });

  function show(change) {
    keep(`change:${kind}`, change);
    say(find("sent-to"), word("contact_change.sent", { address: change.sent_to }));
    find("code-next").textContent = texts.next(change);
    showUntil(change.expires_at);
    mayResend(change);
  }

  function toCode(change) {
    show(change);
    find("code-hint").textContent = texts.hint;
    find("address-step").hidden = true;
    find("code-step").hidden = false;
    turnTo(heading, word("contact_change.code_heading"), word("site.name"));
    if (kind === "mobile") stopReading = readSms(find("code"), find("contact-code").querySelector("[type=submit]"));
  }

  async function begin(address, more = {}) {
    const opened = await ask("POST", "/account/contact-changes", address);
    forget("typed:contact-code");
    find("code").value = "";
    toCode({ ...opened, ...more });
  }

  readyDigits(codeForm);
  readyForm(addressForm, { heed, send: (values) => begin(values) });
  readyForm(codeForm, {
    heed: heedEnds,
    async send(values) {
      stopReading();
      const change = underWay(kind);
      const view = await ask("POST", `${path()}/verify`, values);
      forget(`change:${kind}`, "typed:contact-code", `typed:account-${kind}`);
      await done(view, change);
    },
  });
  find("other-address").addEventListener("click", () => backToAddress());
  if (underWay(kind)) toCode(underWay(kind));
  return begin;
}
