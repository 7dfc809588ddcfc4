import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { ask, goOn, goTo, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open();
const mine = await read("/iec-links/current");
if (mine.link) await goOn("/iec", word("refusal.already_linked.detail"));
// Who was invited has an IEC already, and links a signature to it.
if (mine.linked) find("iec").value = mine.iec;
readyForm(find("iec-link"), {
  heed,
  async send(values) {
    const { signing_id: id } = await ask("POST", "/iec-links", { iec: values.iec.toUpperCase() });
    forget("typed:iec-link", "typed:signing-way");
    await goTo(`/signing?signing=${encodeURIComponent(id)}`);
  },
});
shown();
