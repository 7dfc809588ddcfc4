import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open();
const account = await read("/account");
const form = find("account-name");
readyForm(form, {
  heed,
  async send(values) {
    await ask("PUT", "/account/profile", values);
    forget("typed:account-name");
    await goOn("/account", word("account_name.done"));
  },
});
// What was typed before counts; otherwise it is what we have.
if (!find("name").value) find("name").value = account.name;
if (!form.querySelector("[name=language]:checked")) find(`language-${account.language}`).checked = true;
shown();
