import { readyForm } from "./form.js";
import { readyShowButtons, watchStrength, wrongPasswords } from "./password.js";
import { ask, goOn, heed, open, shown } from "./signed-in.js";
import { find, word } from "./words.js";

const session = await open({ fresh: true });
readyShowButtons();
readyForm(find("account-password"), {
  heed,
  check: (values) => wrongPasswords(values, session.username, word("field.password_contains_username")),
  async send(values) {
    await ask("PUT", "/account/password", values);
    await goOn("/account", word("account_password.done"));
  },
});
watchStrength(find("password"), () => session.username);
shown();
