// The ten recovery codes, shown once: copied, printed, and kept before one goes on.
import { dayOf } from "./clock.js";
import { now } from "./api.js";
import { make, turnTo } from "./make.js";
import { find, say, word } from "./words.js";

/** Shows `codes` in the page's place; `kept()` follows once their owner says that they are kept. */
export function showCodes(codes, owner, kept) {
  const leaving = (event) => event.preventDefault(); // whoever closes the tab now is asked by the browser
  addEventListener("beforeunload", leaving);
  find("begin").hidden = true;
  find("recovery-codes").replaceChildren(...codes.map((code) => make("li", {}, make("span", { class: "exact" }, code))));
  find("codes-paper").textContent = word("recovery_codes.paper", { name: owner, day: dayOf(new Date(now()).toISOString()) });
  find("codes-copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(`${codes.join("\n")}\n`);
      say(find("codes-status"), word("recovery_codes.copied"), "good");
    } catch {
      say(find("codes-status"), word("recovery_codes.copy_failed"), "bad");
    }
  });
  find("codes-print").addEventListener("click", () => print());
  find("codes-kept").addEventListener("click", () => {
    removeEventListener("beforeunload", leaving);
    kept();
  });
  find("kept-codes").hidden = false;
  turnTo(find("heading"), word("recovery_codes.keep_heading"), word("site.name"));
}
