import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { tell } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open();
const { training_acknowledged_at: at } = await read("/account");
if (at) {
  find("account-training").hidden = true;
  find("told").hidden = false;
  tell(find("told"), word("training.told", { day: dayOf(at) }));
}
readyForm(find("account-training"), {
  heed,
  async send() {
    await ask("POST", "/account/training", { confirm: true });
    await goOn("/account", word("training.done"));
  },
});
shown();
