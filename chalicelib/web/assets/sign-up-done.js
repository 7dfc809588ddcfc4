import { pause } from "./api.js";
import { forget } from "./keep.js";
import { signUp } from "./signing-up.js";
import { address } from "./make.js";
import { find, word } from "./words.js";

let view = await signUp.open();
while (view.status !== "registered") {
  const settled = await signUp.poll(view, (one) => one.status !== "registering");
  if (settled?.status === "expired") await signUp.showEnd({ code: "expired" });
  if (settled) view = settled;
  else {
    find("making-status").textContent = word("sign_up_done.slow");
    await pause(10000);
    view = await signUp.open();
  }
}
forget("typed:sign-up", "typed:sign-up-codes", "typed:sign-up-resume");
find("username").replaceChildren(address(view.username));
find("making").remove();
find("made").hidden = false;
document.title = `${word("sign_up_done.heading")} – ${word("site.name")}`;
find("made-heading").focus();
