// One consent: its receipt, to keep as a file; and taking it back.
import { dayAndTime } from "./clock.js";
import { periodOf, purposeOf, stateBadge, typesOf } from "./consent-words.js";
import { readyButton, readyForm } from "./form.js";
import { make } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { find, word } from "./words.js";

const id = decodeURIComponent(location.hash.slice(1));
const path = `/consents/${encodeURIComponent(id)}`;

await open();
if (!id) await goOn("/consents");
const one = await read(path);
find("language").hash = location.hash;
const facts = [
  fact(word("consent_receipt.state"), stateBadge(one)),
  fact(word("consent_receipt.purpose"), purposeOf(one)),
  fact(word("consent_receipt.documents"), typesOf(one)),
  fact(word("consent_receipt.period"), periodOf(one)),
  fact(word("consent_receipt.revoked"), one.revoked_at && dayAndTime(one.revoked_at)),
  fact(word("consent_receipt.text"), one.text_version),
  fact(word("consent_receipt.number"), make("span", { class: "exact" }, one.consent_id)),
];
find("facts").replaceChildren(...facts.filter(Boolean));
find("revoking").hidden = one.status !== "active";
readyButton(find("download"), find("no-fields"), async () => {
  const file = new Blob([JSON.stringify(one.receipt, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  make("a", { href: address, download: `consent-${one.consent_id.slice(0, 6)}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
readyForm(find("consent-revoke"), {
  heed,
  async send() {
    await ask("DELETE", path);
    await goOn("/consents", word("consent_receipt.done"));
  },
});
addEventListener("hashchange", () => {
  if (location.hash !== "#main") location.reload();
});
shown();
