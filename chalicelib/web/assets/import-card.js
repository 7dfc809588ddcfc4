// One import as a card: how far it is, what became of its lines, and what to do next.
import { dayAndTime } from "./clock.js";
import { make } from "./make.js";
import { fact } from "./signing-report.js";
import { word } from "./words.js";
import { written } from "./written.js";

const STATUS = {
  upload_required: ["badge departed", word("import_status.upload_required")],
  running: ["badge invited", word("import_status.running")],
  done: ["badge", word("import_status.done")],
  failed: ["badge bad", word("import_status.failed")],
};
const badge = ([look, name]) => make("span", { class: look }, name);

/** How far an import is, in words. */
export const progressOf = ({ counts }) => word("department_imports.so_far", { rows: written(counts.rows), refused: written(counts.refused) });

/** What came of an import that is over, in words. */
export const endOf = ({ status, counts }) => (status === "done" ? word("department_imports.over", { rows: written(counts.rows), refused: written(counts.refused) }) : word("department_imports.over_failed"));

// What passes by itself; any other trouble is the file's, which has to be put right.
const PASSING = [word("trouble.import_step_failed"), word("trouble.import_department_suspended")];

/** Whether an import that failed may go on where it stopped. */
export const mayGoOn = (one) => one.status === "failed" && PASSING.includes(one.trouble);

function nextOf(one) {
  if (one.status === "upload_required") return word("department_imports.next_upload");
  if (one.status === "failed") return mayGoOn(one) ? null : word("department_imports.next_unfit");
  if (one.status !== "done" || one.kind === "index") return null;
  if (one.counts.refused) return one.dry_run ? word("department_imports.next_mend_tried") : word("department_imports.next_mend");
  return one.dry_run ? word("department_imports.next_bring") : null;
}

/** `title` of its document type; `buttons` for what may be done with it. */
export function importCard(one, title, buttons) {
  const { counts } = one;
  const next = nextOf(one);
  const bar = () => make("progress", { max: String(Math.max(1, one.ranges)), value: String(one.ranges_done), "aria-label": word("department_imports.progress") });
  const facts = [
    [word("department_imports.rows"), counts.rows],
    [one.dry_run ? word("department_imports.would_create") : word("department_imports.created"), counts.created],
    [word("department_imports.there_already"), counts.there_already],
    [word("department_imports.refused"), counts.refused],
  ];
  const isRead = one.status === "done" || (one.status === "failed" && counts.rows > 0);
  const told = [...(isRead ? facts.map(([name, count]) => fact(name, written(count))) : []), fact(word("department_imports.trouble"), one.trouble)].filter(Boolean);
  return make(
    "li",
    { id: `import-${one.import_id}` },
    make("h3", {}, `${title}, ${dayAndTime(one.created_at)} `, badge(STATUS[one.status]), " ", one.dry_run ? badge(["badge invited", word("department_imports.tried")]) : null, one.kind === "index" ? badge(["badge departed", word("department_imports.anew")]) : null),
    one.status === "running" ? make("p", {}, progressOf(one)) : null,
    one.status === "running" ? bar() : null,
    told.length ? make("dl", {}, ...told) : null,
    next && make("p", { class: "next" }, next),
    ...buttons,
  );
}
