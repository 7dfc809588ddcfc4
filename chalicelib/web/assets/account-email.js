import { readyContactChange, underWay } from "./contact-change.js";
import { address } from "./make.js";
import { isStaff } from "./roles.js";
import { goOn, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

await open({ fresh: !underWay("email") });
const account = await read("/account");
find("record-now").replaceChildren(address(account.email));
if (isStaff(account.role)) find("email-hint").textContent = word("account_email.hint_staff");
const texts = { hint: word("contact_change.email_hint"), next: () => word("account_email.code_next") };
shown();
readyContactChange("email", texts, () => goOn("/account", word("account_email.done")));
