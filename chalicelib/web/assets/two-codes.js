// The page of a journey (journey.js) that asks for its two codes. It holds a form with `{{part.two_codes}}` and `{{part.clock}}`,
// and `{{part.resend}}`; where the addresses are known, elements `record-mobile` and `record-email`.
import { countdown } from "./clock.js";
import { readSms, readyDigits, readyResend } from "./code-entry.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { find, page, word } from "./words.js";

/** Makes the page of `journey` work, from its opening on. */
export async function readyTwoCodes(journey) {
  const form = find(page);
  const view = await journey.open();
  for (const channel of ["mobile", "email"]) if (find(`record-${channel}`)) find(`record-${channel}`).textContent = view[channel];
  const showUntil = countdown((time) => word("clock.codes_until", { time }), () => journey.showEnd({ code: "code_expired" }));
  const mayResend = readyResend({
    form,
    heed: journey.heed,
    async again() {
      mayResend(await journey.step("POST", "/codes"));
      return true;
    },
  });
  showUntil(view.expires_at);
  mayResend(view);
  readyDigits(form);
  const stopReading = readSms(find("mobile_code"), find("email_code"));
  readyForm(form, {
    heed: journey.heed,
    async send(values) {
      stopReading();
      await journey.step("POST", "/codes/verify", values);
      forget(`typed:${page}`);
      await journey.goOn();
    },
  });
}
