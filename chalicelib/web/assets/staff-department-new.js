// A department is entered.
import { checkRoles, chosenRoles } from "./department-roles.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { ask, goOn, heed, open, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open({ fresh: true });
readyForm(find("department-new"), {
  heed,
  check: checkRoles,
  async send(values) {
    const { name_en, name_hi, issuer_id } = values;
    const made = await ask("POST", "/departments", { name_en, name_hi, issuer_id, roles: chosenRoles(values) });
    forget("typed:department-new");
    await goOn(`/staff/department#${encodeURIComponent(made.department_id)}`, word("department_new.done", { name: made.name }));
  },
});
shown();
