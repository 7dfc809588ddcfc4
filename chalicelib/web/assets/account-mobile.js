import { dayAndTime, dayOf } from "./clock.js";
import { readyContactChange, underWay } from "./contact-change.js";
import { readyButton } from "./form.js";
import { spaced, tell, turnTo } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

/** The change waits a day, in which the old mobile can stop it. */
function showWaiting({ flowId, mobile, effectiveAt }) {
  for (const step of ["address-step", "code-step"]) find(step).hidden = true;
  find("waits").hidden = false;
  find("waits-old").textContent = spaced(account.mobile);
  find("waits-new").textContent = mobile;
  readyButton(find("waits-cancel"), find("account-mobile"), async () => {
    await ask("DELETE", `/account/contact-changes/${encodeURIComponent(flowId)}`);
    await goOn("/account", word("account.pending_cancelled"));
  });
  turnTo(find("heading"), word("account_mobile.waits_heading", { time: dayAndTime(effectiveAt) }), word("site.name"));
}

await open({ fresh: !underWay("mobile") });
const account = await read("/account");
find("record-now").textContent = spaced(account.mobile);
const texts = {
  hint: word("contact_change.mobile_hint"),
  next: (change) => {
    if (change.again) return word("account_mobile.code_next_again");
    return change.cooling ? word("account_mobile.code_next_waits") : word("account_mobile.code_next");
  },
};

async function done(view, change) {
  if (view.status === "waiting") return showWaiting({ flowId: change.change_id, mobile: change.sent_to, effectiveAt: view.effective_at });
  return goOn("/account", change.again ? word("account_mobile.done_again") : word("account_mobile.done"));
}

shown();
if (account.pending_mobile) {
  const { flow_id: flowId, mobile, effective_at: effectiveAt } = account.pending_mobile;
  showWaiting({ flowId, mobile, effectiveAt });
} else {
  const begin = readyContactChange("mobile", texts, done);
  if (account.mobile_confirm_by) {
    tell(find("record-now-until"), word("account.confirm_by", { day: dayOf(account.mobile_confirm_by) }));
    find("same").hidden = false;
    readyButton(find("same-go"), find("account-mobile"), () => begin({ mobile: account.mobile }, { again: true }), { heed });
  }
}
