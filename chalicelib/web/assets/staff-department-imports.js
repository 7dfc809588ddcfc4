// A department's certificates of the past come as one CSV file: tried or added, with progress and a report.
import { Problem } from "./api.js";
import { departmentPath, openDepartment, sendAs } from "./department.js";
import { readyButton, readyForm } from "./form.js";
import { endOf, importCard, mayGoOn, progressOf } from "./import-card.js";
import { saveSample, tellColumns } from "./import-columns.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { find, say, word } from "./words.js";

const EACH = 1500; // ms between two looks at what runs
const form = find("department-import");
let types = [];
let imports = [];
let isFollowed = false;
const wrong = (title, sentence) => new Problem({ code: "invalid_fields", title, errors: { size: sentence } }, 0);
const titleOf = (code) => types.find((type) => type.code === code)?.title ?? code;
const chosen = () => types.find((one) => one.code === find("document_type").value);
const pathOf = (one, rest = "") => departmentPath(`/imports/${encodeURIComponent(one.import_id)}${rest}`);

function check() {
  const [file] = find("size").files;
  if (!file) return {};
  if (!/\.csv$/i.test(file.name)) return { size: word("department_imports.not_csv") };
  if (file.size === 0) return { size: word("field.document_empty") };
  return {};
}

function button(one, label, busy, act) {
  const made = make("button", { type: "button", class: "quiet small", "data-busy": busy }, label);
  readyButton(made, form, act, { heed });
  return made;
}

const reportButton = (one) =>
  button(one, word("department_imports.report"), word("full_case.download_busy"), async () => {
    const { report_url: url } = await ask("GET", pathOf(one));
    location.assign(url); // saved, never shown: this page stays
  });

const goOnButton = (one) =>
  button(one, word("department_imports.start_again"), word("department.busy"), async () => {
    await ask("POST", pathOf(one, "/start"));
    await startedNow(one.import_id);
  });

function card(one) {
  const buttons = [one.status === "done" && one.counts.refused ? reportButton(one) : null, mayGoOn(one) ? goOnButton(one) : null];
  return importCard(one, titleOf(one.document_type), buttons);
}

function show() {
  find("none").hidden = imports.length > 0;
  find("imports").replaceChildren(...imports.map(card));
}

const tellEnd = (one) => say(find("progress-told"), endOf(one), one.status === "done" ? "good" : "bad");

async function startedNow(importId) {
  ({ imports } = await read(departmentPath("/imports")));
  show();
  const one = imports.find((each) => each.import_id === importId);
  // A short file may be over before anybody looks.
  if (!one || one.status === "running") say(find("progress-told"), word("department_imports.started"));
  else tellEnd(one);
  find("imports-heading").focus();
  follow();
}

const quarters = (one) => Math.floor((4 * one.ranges_done) / Math.max(1, one.ranges));

/** Looks at what runs until it is over: says it at each quarter, and how it ended. Only the cards that changed are shown anew. */
async function follow() {
  if (isFollowed) return;
  isFollowed = true;
  while (imports.some((one) => one.status === "running")) {
    await new Promise((over) => setTimeout(over, EACH));
    for (const before of imports.filter((one) => one.status === "running")) {
      const one = await read(pathOf(before));
      if (JSON.stringify(before) === JSON.stringify(one)) continue;
      imports = imports.map((each) => (each.import_id === one.import_id ? one : each));
      find(`import-${one.import_id}`).replaceWith(card(one));
      if (one.status !== "running") tellEnd(one);
      else if (quarters(one) > quarters(before)) say(find("progress-told"), progressOf(one));
    }
  }
  isFollowed = false;
}

async function upload({ url, fields }, file) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, "certificates.csv");
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    throw wrong(word("script.offline.title"), word("full_documents.not_arrived"));
  }
  if (!answer.ok) throw wrong(word("script.problem"), word("full_documents.not_arrived"));
}

await open();
const department = await openDepartment("department-import");
({ document_types: types } = department);
form.hidden = !types.length || department.status === "suspended";
find("no-types").hidden = types.length > 0;
find("document_type").replaceChildren(...types.map((type) => make("option", { value: type.code }, `${type.title} (${type.code})`)));
if (types.length) {
  find("document_type").addEventListener("change", () => tellColumns(chosen()));
  find("sample").addEventListener("click", () => saveSample(chosen()));
  tellColumns(chosen());
}
({ imports } = await read(departmentPath("/imports")));
readyForm(form, {
  heed,
  check,
  async send({ document_type, dry_run }) {
    const [file] = find("size").files;
    const status = find("upload-status");
    say(status, word("department_imports.uploading", { file: file.name }));
    let asked;
    try {
      asked = await sendAs(ask("POST", departmentPath("/imports"), { document_type, size: file.size, dry_run: dry_run === "yes" }), (name) => name);
      await upload(asked, file);
      await ask("POST", pathOf(asked, "/start"));
    } finally {
      say(status, "");
    }
    forget("typed:department-import");
    form.reset();
    find("document_type").value = document_type;
    tellColumns(chosen());
    await startedNow(asked.import_id);
  },
});
show();
shown();
follow();
