// What an import's file looks like for a document type: what each column wants, and a sample to begin with.
import { make } from "./make.js";
import { row } from "./stacked.js";
import { find, word } from "./words.js";

const DATE = "DD-MM-YYYY"; // stands in the sample: a line that was left in as it is, is refused
const EVERY = [
  ["number", "2026/000123", word("import_column.number")],
  ["holder_name", "Asha Rao", word("import_column.holder_name")],
  ["holder_born_on", DATE, word("import_column.holder_born_on")],
  ["issued_on", DATE, word("import_column.issued_on")],
];
const OPTIONAL = [
  ["valid_from", "", word("import_column.valid_from")],
  ["valid_to", "", word("import_column.valid_to")],
  ["holder_gender", "", word("import_column.holder_gender")],
  ["holder_phone", "", word("import_column.holder_phone")],
  ["digilocker_id", "", word("import_column.digilocker_id")],
  ["push_consented_on", "", word("import_column.push_consented_on")],
];
const UPLOAD = ["upload_id", "", word("import_column.upload_id")];

/** The columns of a type, those first that must be there: [name, example, what it wants, whether it must be there]. */
function columnsOf(type) {
  const own = (isRequired) => type.fields.filter((one) => one.is_required === isRequired).map((one) => [one.name, one.label, one.label]);
  const needed = [...EVERY, ...own(true), ...(type.template ? [] : [UPLOAD])];
  return [...needed.map((one) => [...one, true]), ...[...own(false), ...OPTIONAL].map((one) => [...one, false])];
}

/** A sentence in which the form of a date never parts at the end of a line. */
const inOneLine = (wants) => make("span", {}, ...wants.split(DATE).flatMap((part, at) => (at ? [make("span", { class: "date" }, DATE), part] : [part])));

/** Shows what each column of the type wants. */
export function tellColumns(type) {
  find("columns").replaceChildren(
    ...columnsOf(type).map(([name, , wants, isNeeded]) => row(find("columns-table"), [make("span", { class: "exact" }, name), isNeeded ? word("import_column.yes") : word("import_column.no"), inOneLine(wants)])),
  );
}

const cell = (text) => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Saves a file with the type's columns and one line to be written over, which spreadsheets open as UTF-8. */
export function saveSample(type) {
  const columns = columnsOf(type);
  const lines = [columns.map(([name]) => name), columns.map(([, example]) => example)].map((cells) => `${cells.map(cell).join(",")}\r\n`);
  const address = URL.createObjectURL(new Blob(["\ufeff", ...lines], { type: "text/csv;charset=utf-8" }));
  make("a", { href: address, download: `${type.code}-sample.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
