// Rows of inputs in a form, as many as are wanted: all are there from the beginning, those not wanted yet are hidden.
import { make } from "./make.js";
import { word } from "./words.js";

/** A text input with its label; `required` is what to do where it is empty in a row that is shown. */
export function textInput(name, label, { required = null, exact = false, lang = null } = {}) {
  return make(
    "div",
    { class: "field" },
    make("label", { for: name }, label),
    make("input", { id: name, name, lang, autocomplete: "off", spellcheck: "false", autocapitalize: exact ? "none" : null, maxlength: "80", "data-required": required, required: required !== null }),
  );
}

/** Makes `most` rows in `target`; `make` gives what is in row `at`, `label(number)` calls it. Returns (count) => shows so many. */
export function rowsOf(target, most, inputs, label) {
  const rows = Array.from({ length: most }, (_, at) => {
    const row = make("fieldset", { class: "row" }, make("legend", {}, label(at + 1)), ...inputs(at));
    row.hidden = true;
    return row;
  });
  target.replaceChildren(...rows);
  const remove = rows.map((row) => {
    const button = make("button", { type: "button", class: "quiet small" }, word("department_types.leave_out"));
    button.setAttribute("aria-label", word("department_types.leave_out_named", { what: row.querySelector("legend").textContent }));
    row.append(button);
    return button;
  });
  const shownRows = () => rows.filter((row) => !row.hidden).length;
  const show = (count) => rows.forEach((row, at) => (row.hidden = at >= count));
  remove.forEach((button, at) =>
    button.addEventListener("click", () => {
      // What stands below moves up, so that no row in between is empty.
      for (let row = at; row < shownRows() - 1; row += 1) copy(rows[row + 1], rows[row]);
      clear(rows[shownRows() - 1]);
      show(shownRows() - 1);
      (rows[Math.min(at, shownRows() - 1)] ?? target.parentElement).querySelector("input, button")?.focus();
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }),
  );
  return { show, shown: shownRows, more: () => (shownRows() < most ? (show(shownRows() + 1), rows[shownRows() - 1].querySelector("input").focus()) : undefined) };
}

const inputsOf = (row) => [...row.querySelectorAll("input, select")];

function copy(from, to) {
  const given = inputsOf(from);
  inputsOf(to).forEach((input, at) => {
    if (input.type === "checkbox") input.checked = given[at].checked;
    else input.value = given[at].value;
  });
}

function clear(row) {
  for (const input of inputsOf(row)) {
    if (input.type === "checkbox") input.checked = false;
    else if (input.matches("select")) input.selectedIndex = 0;
    else input.value = "";
  }
}
