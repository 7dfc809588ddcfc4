import { goOn, heed, open, step } from "./flow.js";
import { readyForm } from "./form.js";
import { readyShowButtons, watchStrength, wrongPasswords } from "./password.js";
import { find, say, word } from "./words.js";

const TYPING = 500; // ms without a key before we ask
const view = await open();
find("record-email").textContent = view.email;
find("record-mobile").textContent = view.mobile;

const id = find("icegate_id");

readyShowButtons();
readyForm(find("credentials"), {
  check(values) {
    const errors = wrongPasswords(values, values.icegate_id, word("field.password_contains_icegate_id"));
    if (values.icegate_id.length > 25) errors.icegate_id = word("field.icegate_id_too_long");
    else if (!/^[A-Za-z0-9_-]*$/.test(values.icegate_id)) errors.icegate_id = word("field.icegate_id_characters");
    return errors;
  },
  heed,
  send: async (values) => goOn(await step("PUT", "/credentials", values)),
});
watchStrength(find("password"), () => id.value.trim());

// Whether the ID is free, asked while the person types. It only informs: the answer that counts comes with the form.
let asking = new AbortController();
let later;
async function ask() {
  const wanted = id.value.trim();
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const { available } = await step("GET", `/availability?icegate_id=${encodeURIComponent(wanted)}`, undefined, signal);
    if (signal.aborted || wanted !== id.value.trim()) return;
    if (available) say(find("availability"), word("credentials.available", { icegate_id: wanted }), "good");
    else say(find("availability"), word("field.icegate_id_taken"), "bad");
  } catch (problem) {
    if (!signal.aborted) say(find("availability"), problem.errors?.icegate_id ?? "", "bad");
  }
}
function typed() {
  clearTimeout(later);
  asking.abort();
  say(find("availability"), "");
  if (id.value.trim()) later = setTimeout(ask, TYPING);
}
id.addEventListener("input", typed);
typed();
