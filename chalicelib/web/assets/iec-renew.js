import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { linkFacts } from "./iec-facts.js";
import { forget } from "./keep.js";
import { tell } from "./make.js";
import { ask, goOn, goTo, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open();
const mine = await read("/iec-links/current");
if (!mine.linked) await goOn("/iec", word("refusal.not_linked.detail"));
find("state").hidden = !mine.link;
if (mine.link) {
  const day = dayOf(mine.link.expires_at);
  tell(find("state"), mine.link.is_expired ? word("iec_renew.expired", { day }) : word("iec_renew.early", { day }));
}
find("facts").replaceChildren(...linkFacts(mine));
readyForm(find("iec-renew"), {
  heed,
  async send() {
    const { signing_id: id } = await ask("POST", "/iec-links/current/renewal");
    forget("typed:signing-way");
    await goTo(`/signing?signing=${encodeURIComponent(id)}`);
  },
});
shown();
