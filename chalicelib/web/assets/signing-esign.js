// The way to an eSign provider: a form of the provider's own fields, posted by this browser.
import { make } from "./make.js";
import { find } from "./words.js";

/** Posts what the provider is to have, and leaves. `esign`: { action, encoding, fields }. */
export function goToProvider({ action, encoding, fields }) {
  const inputs = Object.entries(fields).map(([name, value]) => make("input", { type: "hidden", name, value }));
  const form = make("form", { method: "post", action, enctype: encoding, hidden: true }, ...inputs);
  find("main").append(form);
  HTMLFormElement.prototype.submit.call(form); // a field may be called "submit"
}
