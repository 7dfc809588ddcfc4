import { readyForm } from "./form.js";
import { forgetAll } from "./keep.js";
import { make } from "./make.js";
import { readyShowButtons } from "./password.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { find, to, word } from "./words.js";

/** The account is closed: nothing on this page can be used any more. */
function showClosed() {
  forgetAll();
  find("sign-out")?.remove();
  document.querySelector(".tools a:not(#language)")?.remove();
  const heading = make("h1", { tabindex: "-1" }, word("close.done"));
  const start = make("a", { class: "quiet", href: to("") }, word("crumb.start"));
  find("main").replaceChildren(heading, make("p", { class: "lead" }, word("close.done_hint")), make("p", {}, start));
  document.title = `${word("close.done")} – ${word("site.name")}`;
  heading.focus();
  return new Promise(() => {});
}

await open({ fresh: true });
const account = await read("/account");
find("against").hidden = account.may_close;
readyShowButtons();
readyForm(find("account-close"), {
  heed,
  async send(values) {
    await ask("POST", "/account/closure", values);
    await showClosed();
  },
});
shown();
