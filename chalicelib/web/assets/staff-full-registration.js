// One full registration: who applies, what was found of the signature, the documents, the decision.
import { dayAndTime } from "./clock.js";
import { readyButton, readyForm } from "./form.js";
import { statusBadge, statusName } from "./full-registration-status.js";
import { documentCard } from "./full-registration-words.js";
import { forget, keep, kept } from "./keep.js";
import { make } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { fact, showReport } from "./signing-report.js";
import { find, word } from "./words.js";

const DONE = {
  approve: (name) => word("full_case.done_approve", { name }),
  reject: (name) => word("full_case.done_reject", { name }),
  ask: (name) => word("full_case.done_ask", { name }),
};
const form = find("full-decision");
const reason = find("reason").closest(".field");
const id = decodeURIComponent(location.hash.slice(1));
const path = (rest = "") => `/full-registrations/${encodeURIComponent(id)}${rest}`;

function downloadButton(one) {
  const button = make(
    "button",
    { type: "button", class: "quiet small", "data-busy": word("full_case.download_busy"), "aria-label": word("full_case.download_named", { file: one.file_name }) },
    word("full_case.download"),
  );
  readyButton(button, form, async () => {
    const { url } = await ask("GET", path(`/documents/${encodeURIComponent(one.document_id)}`));
    location.assign(url); // saved, never shown: this page stays
  });
  return button;
}

function showCase(one) {
  find("who").textContent = `${one.legal_name} · ${one.icegate_id}`;
  const badge = make("span", { class: statusBadge(one.status) }, statusName(one.status));
  const facts = [
    fact(word("full_queue.state"), badge),
    fact(word("full_case.legal_name"), one.legal_name),
    fact(word("label.icegate_id"), make("span", { class: "exact" }, one.icegate_id)),
    fact(word("full_case.iec"), make("span", { class: "exact" }, one.iec)),
    fact(word("full_case.opened"), dayAndTime(one.opened_at)),
    fact(word("full_queue.sent_in"), one.submitted_at && dayAndTime(one.submitted_at)),
    fact(word("full_case.decided"), one.decided_at && word("full_case.decided_by", { time: dayAndTime(one.decided_at), name: one.decided_by })),
    fact(word("full_case.reason"), one.reason),
  ];
  find("facts").replaceChildren(...facts.filter(Boolean));
  showReport(one.report);
  find("document-list").replaceChildren(...one.documents.map((document) => documentCard(document, document.status === "accepted" ? downloadButton(document) : null)));
  find("deciding").hidden = !one.may_decide;
  find("waits").hidden = one.may_decide;
  const isBeingDone = one.status === "under_review" && one.decided_at;
  find("waits").textContent = isBeingDone ? word("full_case.being_done") : word("full_case.waits", { status: statusName(one.status) });
}

/** An approval needs no words. */
function askForReason() {
  const chosen = form.querySelector("[name=decision]:checked")?.value;
  reason.hidden = !chosen || chosen === "approve";
}

await open();
if (!id) await goOn("/staff/full-registrations");
const one = await read(path());
find("language").hash = location.hash;
showCase(one);
// What was typed about one applicant is nothing for another.
if (kept("deciding") !== id) forget("typed:full-decision");
keep("deciding", id);
form.addEventListener("change", askForReason);
readyForm(form, {
  heed,
  async send(values) {
    if (values.reason) values.reason = values.reason.replace(/\s+/g, " ");
    // What is decided is what stands on this page, and nothing that was sent in since.
    await ask("POST", path("/decision"), { ...values, submitted_at: one.submitted_at });
    forget("typed:full-decision", "deciding");
    await goOn("/staff/full-registrations", DONE[values.decision](one.legal_name));
  },
});
askForReason();
addEventListener("hashchange", () => {
  if (location.hash !== "#main") location.reload();
});
shown();
