import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { officeChoices, readOffices } from "./offices.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open({ fresh: true });
find("authority").append(...officeChoices(await readOffices(read)));
readyForm(find("staff-invite"), {
  heed,
  async send(values) {
    const member = await ask("POST", "/staff", values);
    forget("typed:staff-invite");
    await goOn(`/staff/member#${member.account_id}`, word("invite.done", { name: member.name }));
  },
});
shown();
