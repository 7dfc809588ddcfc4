// One document from DigiLocker: what stands on it beside what is on record, and the decision.
import { dayAndTime, dayOfDate } from "./clock.js";
import { readyButton, readyForm } from "./form.js";
import { forget, keep, kept } from "./keep.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { find, word } from "./words.js";

const form = find("document-decision");
const reason = find("reason").closest(".field");
const id = decodeURIComponent(location.hash.slice(1));
const path = (rest = "") => `/document-reviews/${encodeURIComponent(id)}${rest}`;
const DONE = { confirm: word("document_case.done_confirm"), refuse: word("document_case.done_refuse") };

/** "1985-07-21" as people here write it. */
const day = (iso) => (iso ? dayOfDate(iso) : word("document_case.unknown"));

/** Somebody's name and birth date; of a firm on record there is none. */
function personFacts(person, { isFirm = false } = {}) {
  return [fact(word("document_queue.name"), person.name), isFirm ? null : fact(word("document_case.born_on"), day(person.born_on))].filter(Boolean);
}

function showCase(one) {
  find("who").textContent = one.title;
  const facts = [
    fact(word("document_queue.name"), one.name || word("document_case.unknown")),
    fact(word("document_case.born_on"), day(one.born_on)),
    fact(word("document_case.number"), one.masked_number),
    fact(word("document_queue.issuer"), one.issuer),
    fact(word("document_queue.fetched"), dayAndTime(one.fetched_at)),
    fact(word("document_case.because"), one.because_text),
  ];
  find("facts").replaceChildren(...facts.filter(Boolean));
  find("nobody").hidden = one.known_persons.length > 0;
  find("known-heading").textContent = one.is_typed ? word("document_case.as_typed") : word("document_case.on_record");
  find("known").replaceChildren(...one.known_persons.flatMap((person) => personFacts(person, { isFirm: !one.is_typed && !person.born_on })));
  find("locker-silent").hidden = Boolean(one.locker_holder);
  find("locker").replaceChildren(...(one.locker_holder ? personFacts(one.locker_holder) : []));
  find("deciding").hidden = !one.may_decide;
  find("decided").hidden = one.may_decide;
  find("decided").textContent = one.match_text;
}

function askForReason() {
  reason.hidden = form.querySelector("[name=decision]:checked")?.value !== "refuse";
}

await open();
if (!id) await goOn("/staff/document-reviews");
const one = await read(path());
showCase(one);
find("language").hash = location.hash;
// What was typed about one document is nothing for another.
if (kept("deciding-document") !== id) forget("typed:document-decision");
keep("deciding-document", id);
form.addEventListener("change", askForReason);
readyButton(find("download"), find("no-fields"), async () => {
  const { url } = await ask("GET", path());
  location.assign(url); // saved, never shown: this page stays
});
readyForm(form, {
  heed,
  async send(values) {
    if (values.reason) values.reason = values.reason.replace(/\s+/g, " ");
    await ask("POST", path("/decision"), { ...values, fetched_at: one.fetched_at, compared_with: one.compared_with });
    forget("typed:document-decision", "deciding-document");
    await goOn("/staff/document-reviews", DONE[values.decision]);
  },
});
askForReason();
addEventListener("hashchange", () => {
  if (location.hash !== "#main") location.reload();
});
shown();
