// A department's certificates of the past come as one CSV file: tried or brought, with progress and a report.
import { Problem } from "./api.js";
import { dayAndTime } from "./clock.js";
import { departmentPath, openDepartment, sendAs } from "./department.js";
import { readyButton, readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { find, say, word } from "./words.js";

const EACH = 1500; // ms between two looks at what runs
const COLUMNS = ["number", "holder_name", "holder_born_on", "holder_gender", "holder_phone", "issued_on", "valid_from", "valid_to", "digilocker_id", "push_consented_on"];
const form = find("department-import");
const STATUS = {
  upload_required: ["badge departed", word("import_status.upload_required")],
  running: ["badge invited", word("import_status.running")],
  done: ["badge", word("import_status.done")],
  failed: ["badge bad", word("import_status.failed")],
};
let types = [];
let imports = [];
const wrong = (title, sentence) => new Problem({ code: "invalid_fields", title, errors: { size: sentence } }, 0);
const titleOf = (code) => types.find((type) => type.code === code)?.title ?? code;

function check() {
  const [file] = find("size").files;
  if (!file) return {};
  if (!/\.csv$/i.test(file.name)) return { size: word("department_imports.not_csv") };
  if (file.size === 0) return { size: word("field.document_empty") };
  return {};
}

function reportButton(one) {
  const button = make("button", { type: "button", class: "quiet small", "data-busy": word("full_case.download_busy") }, word("department_imports.report"));
  readyButton(
    button,
    form,
    async () => {
      const { report_url: url } = await ask("GET", departmentPath(`/imports/${encodeURIComponent(one.import_id)}`));
      location.assign(url); // saved, never shown: this page stays
    },
    { heed },
  );
  return button;
}

function card(one) {
  const [look, name] = STATUS[one.status];
  const { counts } = one;
  const bar = make("progress", { max: String(Math.max(1, one.ranges)), value: String(one.ranges_done), "aria-label": word("department_imports.progress") });
  return make(
    "li",
    { id: `import-${one.import_id}` },
    make("h3", {}, `${titleOf(one.document_type)}, ${dayAndTime(one.created_at)} `, make("span", { class: look }, name), " ", one.dry_run ? make("span", { class: "badge invited" }, word("department_imports.tried")) : null, one.kind === "index" ? make("span", { class: "badge departed" }, word("department_imports.anew")) : null),
    one.status === "running" ? bar : null,
    make(
      "dl",
      {},
      ...[
        fact(word("department_imports.rows"), String(counts.rows)),
        fact(one.dry_run ? word("department_imports.would_create") : word("department_imports.created"), String(counts.created)),
        fact(word("department_imports.there_already"), String(counts.there_already)),
        fact(word("department_imports.refused"), String(counts.refused)),
        fact(word("department_imports.trouble"), one.trouble),
      ].filter(Boolean),
    ),
    one.status === "done" && counts.refused ? reportButton(one) : null,
  );
}

function show() {
  find("none").hidden = imports.length > 0;
  find("imports").replaceChildren(...imports.map(card));
}

/** Looks at what runs until it is over, and says so once. */
async function follow() {
  while (imports.some((one) => one.status === "running")) {
    await new Promise((over) => setTimeout(over, EACH));
    const before = imports;
    ({ imports } = await read(departmentPath("/imports")));
    if (JSON.stringify(before) === JSON.stringify(imports)) continue;
    // The focus stays where it is: only what is shown changes, and while something runs no button is in it.
    show();
    const over = imports.find((one) => ["done", "failed"].includes(one.status) && before.some((old) => old.import_id === one.import_id && old.status === "running"));
    if (over) say(find("progress-told"), over.status === "done" ? word("department_imports.over", { rows: over.counts.rows, refused: over.counts.refused }) : word("department_imports.over_failed"), over.status === "done" ? "good" : "bad");
  }
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

function tellColumns() {
  const type = types.find((one) => one.code === find("document_type").value);
  find("columns").textContent = [...COLUMNS, ...(type?.fields.map((one) => one.name) ?? [])].join(", ");
}

await open();
({ document_types: types } = await openDepartment("department-import"));
find("document_type").replaceChildren(...types.map((type) => make("option", { value: type.code }, `${type.title} (${type.code})`)));
find("document_type").addEventListener("change", tellColumns);
tellColumns();
({ imports } = await read(departmentPath("/imports")));
readyForm(form, {
  heed,
  check,
  async send({ document_type, dry_run }) {
    const [file] = find("size").files;
    const status = find("upload-status");
    say(status, word("department_imports.uploading", { file: file.name }));
    try {
      const asked = await sendAs(ask("POST", departmentPath("/imports"), { document_type, size: file.size, dry_run: dry_run === "yes" }), (name) => name);
      await upload(asked, file);
      await ask("POST", departmentPath(`/imports/${encodeURIComponent(asked.import_id)}/start`));
    } finally {
      say(status, "");
    }
    forget("typed:department-import");
    form.reset();
    tellColumns();
    const wasFollowed = imports.some((one) => one.status === "running");
    ({ imports } = await read(departmentPath("/imports")));
    show();
    say(find("progress-told"), word("department_imports.started"));
    find("imports-heading").focus();
    if (!wasFollowed) follow();
  },
});
show();
shown();
follow();
