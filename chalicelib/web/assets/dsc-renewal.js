// "My digital signature has expired": how the registered one stands, and signing with the new one.
import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { dscFacts } from "./full-registration-words.js";
import { tell } from "./make.js";
import { ask, goTo, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

function told({ expires_at: at, is_expired: isExpired, expires_soon: isSoon }) {
  const day = dayOf(at);
  if (isExpired) return word("dsc_renewal.expired", { day });
  return isSoon ? word("dsc_renewal.soon", { day }) : word("dsc_renewal.fine", { day });
}

await open();
const { dsc } = await read("/icegate/full-registrations/current");
find("nothing").hidden = Boolean(dsc);
find("something").hidden = !dsc;
if (dsc) {
  tell(find("told"), told(dsc));
  find("dsc-facts").replaceChildren(...dscFacts(dsc));
}
readyForm(find("dsc-renew"), {
  heed,
  async send() {
    const signing = await ask("POST", "/icegate/dsc-renewals");
    await goTo(`/signing?signing=${encodeURIComponent(signing.signing_id)}`);
  },
});
shown();
