import { readyForm } from "./form.js";
import { showCodes } from "./kept-codes.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

const session = await open({ fresh: true });
const account = await read("/account");
const form = find("make-codes");
find("left").hidden = !account.authenticator;
find("left").textContent = word("recovery_codes.left", { count: account.recovery_codes_left });
find("need").hidden = Boolean(account.authenticator);
form.hidden = !account.authenticator;
readyForm(form, {
  heed,
  async send() {
    const { recovery_codes: codes } = await ask("POST", "/account/recovery-codes");
    showCodes(codes, session.username, () => goOn("/account", word("recovery_codes.made")));
  },
});
shown();
