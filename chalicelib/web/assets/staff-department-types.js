// What a department issues: each document type with its fields, what it is looked for by, and its template.
import { again, departmentPath, openDepartment, sendAs, startForm } from "./department.js";
import { rowsOf, textInput } from "./field-rows.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, heed, open, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { find, word } from "./words.js";

const FIELDS = 40;
const SEARCH = 8;
const form = find("department-type");
const LOOKED_AT = [
  ["number", word("department_types.of_number")],
  ["holder.name", word("department_types.of_name")],
  ["holder.born_on", word("department_types.of_birth")],
  ["holder.phone", word("department_types.of_phone")],
];

const fieldRows = rowsOf(
  find("field-rows"),
  FIELDS,
  (at) => [
    textInput(`field_${at}_name`, word("department_types.field_name"), { required: word("department_types.field_name_required"), exact: true }),
    textInput(`field_${at}_label_en`, word("department_types.label_en"), { required: word("department_types.label_required") }),
    textInput(`field_${at}_label_hi`, word("department_types.label_hi"), { required: word("department_types.label_required"), lang: "hi" }),
    make(
      "div",
      { class: "choice" },
      make("input", { type: "checkbox", id: `field_${at}_required`, name: `field_${at}_required` }),
      make("label", { for: `field_${at}_required` }, word("department_types.field_required")),
    ),
  ],
  (number) => word("department_types.field_row", { number }),
);

const searchRows = rowsOf(
  find("search-rows"),
  SEARCH,
  (at) => [
    textInput(`search_${at}_name`, word("department_types.search_name"), { required: word("department_types.search_name_required"), exact: true }),
    make(
      "div",
      { class: "field" },
      make("label", { for: `search_${at}_field` }, word("department_types.search_field")),
      make("select", { id: `search_${at}_field`, name: `search_${at}_field`, autocomplete: "off", class: "looked-at" }),
    ),
    textInput(`search_${at}_label`, word("department_types.search_label"), { required: word("department_types.label_required") }),
  ],
  (number) => word("department_types.search_row", { number }),
);

/** A parameter looks at the number, at a holder, or at a field that every certificate has. */
function offerFields() {
  const names = Array.from({ length: fieldRows.shown() }, (_, at) => at)
    .filter((at) => find(`field_${at}_required`).checked && find(`field_${at}_name`).value.trim())
    .map((at) => find(`field_${at}_name`).value.trim());
  const choices = [...LOOKED_AT, ...names.map((name) => [name, name])];
  for (const select of document.querySelectorAll(".looked-at")) {
    const chosen = select.dataset.wanted ?? select.value;
    if ([...select.options].map((one) => one.value).join() === choices.map(([value]) => value).join()) continue;
    select.replaceChildren(...choices.map(([value, label]) => make("option", { value }, label)));
    select.value = choices.some(([value]) => value === chosen) ? chosen : "number";
  }
}

function begins(type) {
  fieldRows.show(type.fields.length);
  searchRows.show(Math.max(1, type.search.length));
  const values = { ...type, keep_years: type.keep_years ? String(type.keep_years) : "" };
  for (const listed of ["fields", "search", "title"]) delete values[listed];
  type.fields.forEach((one, at) => {
    values[`field_${at}_name`] = one.name;
    values[`field_${at}_label_en`] = one.label_en;
    values[`field_${at}_label_hi`] = one.label_hi;
    values[`field_${at}_required`] = one.is_required;
  });
  type.search.forEach((one, at) => {
    values[`search_${at}_name`] = one.name;
    values[`search_${at}_label`] = one.label;
    values[`search_${at}_field`] = one.field;
  });
  return values;
}

const BLANK = { code: "", title_en: "", title_hi: "", element: "", fields: [], search: [], template: "", when_not_found: "refuse", when_nearly: "ask_officer", keep_years: null };

/** Puts a document type into the form. */
function write(type) {
  const values = begins(type);
  for (const input of form.querySelectorAll(".row input, .row select")) {
    if (input.type === "checkbox") input.checked = Boolean(values[input.name]);
    else if (!input.matches("select")) input.value = values[input.name] ?? "";
  }
  offerFields();
  for (const [name, value] of Object.entries(values)) {
    const input = form.elements[name];
    if (typeof value !== "boolean") input.value = value;
  }
  form.dispatchEvent(new Event("input"));
}

function card(type) {
  const button = make("button", { type: "button", class: "quiet small", "aria-label": word("department_types.change_named", { title: type.title }) }, word("department_types.change"));
  button.addEventListener("click", () => {
    write(type);
    find("form-heading").focus();
  });
  return make(
    "li",
    {},
    make("h2", {}, type.title, " ", make("span", { class: "exact" }, type.code)),
    make(
      "dl",
      {},
      ...[
        fact(word("department_types.fields"), type.fields.map((one) => one.label).join(", ") || word("department.none")),
        fact(word("department_types.search"), type.search.map((one) => `${one.label} (${one.name})`).join(", ")),
        fact(word("department_types.made_from"), type.template ? word("department_types.from_template") : word("department_types.brought")),
      ],
    ),
    button,
  );
}

function bodyOf(values) {
  const { code, title_en, title_hi, element, when_not_found, when_nearly } = values;
  const range = (count) => Array.from({ length: count }, (_, at) => at);
  const fields = range(fieldRows.shown()).map((at) => ({
    name: values[`field_${at}_name`],
    label_en: values[`field_${at}_label_en`],
    label_hi: values[`field_${at}_label_hi`],
    is_required: Boolean(values[`field_${at}_required`]),
  }));
  const search = range(searchRows.shown()).map((at) => ({ name: values[`search_${at}_name`], field: values[`search_${at}_field`], label: values[`search_${at}_label`] }));
  const years = values.keep_years ? { keep_years: Number(values.keep_years) } : {};
  return { code: code.toUpperCase(), title_en, title_hi, element, fields, search, when_not_found, when_nearly, ...(values.template ? { template: values.template } : {}), ...years };
}

const nameIn = (name) => name.replace(/^fields\[([0-9]+)\]\.(.+)$/, "field_$1_$2").replace(/^search\[([0-9]+)\]\.(.+)$/, "search_$1_$2");

await open({ fresh: true });
const { document_types: types } = await openDepartment("department-type");
find("none").hidden = types.length > 0;
find("types").replaceChildren(...types.map(card));
find("more-fields").addEventListener("click", () => fieldRows.more());
find("more-search").addEventListener("click", () => {
  searchRows.more();
  offerFields();
});
find("field-rows").addEventListener("input", offerFields);
searchRows.show(SEARCH);
offerFields();
startForm(form, begins(BLANK), {
  heed,
  check: (values) => (values.keep_years && !/^[0-9]{1,3}$/.test(values.keep_years) ? { keep_years: word("department_types.keep_years_number") } : {}),
  async send(values) {
    const written = await sendAs(ask("PUT", departmentPath("/document-types"), bodyOf(values)), nameIn);
    forget("typed:department-type");
    const title = written.document_types.find((one) => one.code === values.code.toUpperCase())?.title ?? values.code;
    await again(word("department_types.done", { title }));
  },
});
// What was typed before this page was left shows as many rows as it has.
const filled = (prefix, most) => Array.from({ length: most }, (_, at) => at + 1).filter((number) => find(`${prefix}_${number - 1}_name`).value).at(-1) ?? 0;
fieldRows.show(filled("field", FIELDS));
searchRows.show(Math.max(1, filled("search", SEARCH)));
offerFields();
shown();
