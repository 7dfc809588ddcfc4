// Uploading documents: each goes straight from this browser to the documents' store, is scanned there and told of here.
import { Problem } from "./api.js";
import { dayAndTime } from "./clock.js";
import { readyButton, readyForm } from "./form.js";
import { documentCard, kindName, officerWords } from "./full-registration-words.js";
import { forget } from "./keep.js";
import { make, tell } from "./make.js";
import { badge, called } from "./own-document.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, say, word } from "./words.js";

const CURRENT = "/icegate/full-registrations/current";
const LARGEST = 100 * 1024; // bytes
const form = find("full-document");
const wrong = (title, sentence) => new Problem({ code: "invalid_fields", title, errors: { file_name: sentence } }, 0);
let registration = null;

/** What is wrong with the file that was chosen, as far as its name and size tell. The server looks into it. */
function check() {
  const [file] = find("file_name").files;
  if (!file) return {};
  if (!/\.pdf$/i.test(file.name) && file.type !== "application/pdf") return { file_name: word("full_documents.file_not_pdf") };
  if (file.size === 0) return { file_name: word("field.document_empty") };
  if (file.size > LARGEST) return { file_name: word("field.document_too_large") };
  return {};
}

function removeButton(one) {
  const button = make(
    "button",
    { type: "button", class: "quiet small", "data-busy": word("full_documents.remove_busy"), "aria-label": word("full_documents.remove_named", { file: one.file_name }) },
    word("full_documents.remove"),
  );
  readyButton(button, form, async () => {
    await ask("DELETE", `${CURRENT}/documents/${encodeURIComponent(one.document_id)}`);
    await refresh();
    await showOwn();
    say(find("documents-status"), word("full_documents.removed", { file: one.file_name }), "good");
    find("documents-status").focus();
  });
  return button;
}

function show() {
  const { documents, missing } = registration;
  find("none").hidden = documents.length > 0;
  find("document-list").replaceChildren(...documents.map((one) => documentCard(one, removeButton(one))));
  const kinds = missing.map(kindName).join(", ");
  say(find("missing"), missing.length ? word("full_documents.missing", { kinds }) : word("full_documents.complete"), missing.length ? "" : "good");
}

/** Reads how the registration stands; where no documents are wanted, leaves for the page that says what is. */
async function refresh() {
  ({ registration } = await read(CURRENT));
  if (!["documents_required", "more_asked"].includes(registration?.status)) await goOn("/full-registration");
  show();
}

/** Posts the file to the documents' store. What arrived there, the confirmation tells. */
async function upload({ url, fields }, file) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, "document.pdf");
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    throw wrong(word("script.offline.title"), word("full_documents.not_arrived"));
  }
  if (!answer.ok) throw wrong(word("script.problem"), word("full_documents.not_arrived"));
}

async function send({ kind }) {
  const [file] = find("file_name").files;
  const status = find("upload-status");
  say(status, word("full_documents.uploading", { file: file.name }));
  try {
    const asked = await ask("POST", `${CURRENT}/documents`, { kind, file_name: file.name.slice(-120), size: file.size });
    await upload(asked, file);
    say(status, word("full_documents.scanning", { file: file.name }));
    const { document: judged } = await ask("POST", `${CURRENT}/documents/${encodeURIComponent(asked.document_id)}/confirmation`);
    await refresh();
    if (judged.status === "refused") throw wrong(word("full_documents.not_accepted", { file: file.name }), judged.text);
    forget("typed:full-document");
    form.reset();
    say(find("documents-status"), word("full_documents.accepted", { file: file.name }), "good");
    find("documents-status").focus();
  } finally {
    say(status, "");
  }
}

// What DigiLocker's document types serve for here.
const SERVES = { PANCR: "pan_card", DRVLC: "identity_proof" };

function takeButton(one) {
  const kind = kindName(SERVES[one.document_type]);
  const button = make("button", { type: "button", class: "quiet small", "data-busy": word("full_documents.busy") }, word("full_documents.take_as", { kind }));
  readyButton(button, form, async () => {
    await ask("POST", `${CURRENT}/own-documents`, { kind: SERVES[one.document_type], document_id: one.document_id });
    await refresh();
    await showOwn();
    say(find("documents-status"), word("full_documents.taken", { name: called(one) }), "good");
    find("documents-status").focus();
  });
  return button;
}

/** The own documents that can be used here and are not yet. */
async function showOwn() {
  const { documents } = await read("/own-documents");
  const there = new Set(registration.documents.map((one) => one.document_id));
  const usable = documents.filter((one) => one.is_usable && SERVES[one.document_type] && !there.has(one.document_id));
  find("own-list").hidden = !usable.length;
  find("own-list").replaceChildren(
    ...usable.map((one) => make("li", {}, make("h3", {}, called(one), " ", badge(one)), make("p", {}, one.issuer), takeButton(one))),
  );
}

await open();
await refresh();
await showOwn();
tell(find("until"), word("full_documents.until", { time: dayAndTime(registration.expires_at) }));
find("officer").hidden = registration.status !== "more_asked";
if (registration.reason) find("officer-words").replaceChildren(officerWords(registration.reason));
readyForm(form, { heed, check, send });
readyForm(find("full-send"), {
  heed,
  async send() {
    await ask("POST", `${CURRENT}/submission`);
    await goOn("/full-registration", word("full_documents.sent"));
  },
});
shown();
