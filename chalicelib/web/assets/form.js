// Forms: keeps what is typed, says what is wrong and where, sends once however often it is clicked.
//
// A form is `<form id="…" method="post" novalidate>` with a submit button that is `disabled` in the page. Each input, select or
// textarea has an id equal to its name, stands in a `.field`, and has `data-required="what to do when it is empty"` (and `required`)
// unless it may stay empty. The radios of one question share their name, have ids of their own, and stand in a `<fieldset class="field">`
// whose id is the name; the first of them carries `data-required`. A radio or checkbox and its label stand in a `.choice`.
//
//   readyForm(find("close"), {
//     check: (values) => ({ field: "sentence" }),   // what is wrong, known without a request (may be left out)
//     sure: async (values) => true,               // a question before it is sent: false and nothing happens (may be left out)
//     send: async (values) => …,                     // the request, and where to go afterwards; a `Problem` it throws is shown
//     heed: async (problem) => …,                    // leaves the page where a refusal is not about the form (may be left out)
//   });
//
// `values`: texts trimmed; passwords and `data-secret` as typed; `data-digits` (a code of six digits) and `data-ascii-digits` with ASCII
// digits whatever the keyboard; a checkbox true or false (one with `data-required` must be true); of radios the chosen value. What is
// empty and may be, and what stands in something `hidden`, is left out. What is typed is kept in the tab and filled in again, except
// passwords, `data-secret` and `data-unkept`; once it has served: `forget("typed:<form id>")` (keep.js).
import { clockTime } from "./clock.js";
import { keep, kept, reloadIfKept } from "./keep.js";
import { find, word } from "./words.js";

const ZEROS = [0x966, 0x660, 0x6f0, 0xff10]; // Devanagari, Arabic-Indic, Extended Arabic-Indic, full-width

const wrongTitle = () => `${word("script.error")}: `;
const bareTitle = () => (document.title.startsWith(wrongTitle()) ? document.title.slice(wrongTitle().length) : document.title);

/** Digits of any Indian keyboard as ASCII digits. */
export const asciiDigits = (text) =>
  text.replace(/[\u0966-\u096f\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) => {
    const code = digit.codePointAt(0);
    return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10));
  });

/** The value that is sent: blanks around it and, in a code, between its digits are not part of it. */
export function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "password" || input.dataset.secret !== undefined) return input.value;
  if (input.dataset.digits !== undefined) return asciiDigits(input.value).replace(/[\s-]/g, "");
  if (input.dataset.asciiDigits !== undefined) return asciiDigits(input.value).trim();
  return input.value.trim();
}

const inputsOf = (form) => [...form.elements].filter((one) => one.name && one.matches("input, select, textarea"));
const isAsked = (input) => !input.closest("[hidden]");
const isKept = (input) => input.dataset.secret === undefined && input.dataset.unkept === undefined;

function valuesOf(inputs) {
  const values = {};
  for (const input of inputs.filter(isAsked)) {
    if (input.type === "radio") values[input.name] = input.checked ? input.value : (values[input.name] ?? "");
    else values[input.name] = valueOf(input);
  }
  return values;
}

function typedOf(inputs) {
  const typed = {};
  for (const input of inputs.filter(isKept)) {
    if (input.type === "checkbox") typed[input.name] = input.checked;
    else if (input.type !== "radio") typed[input.name] = input.value;
    else if (input.checked) typed[input.name] = input.value;
  }
  return typed;
}

function fill(inputs, typed) {
  for (const input of inputs.filter((one) => one.name in typed)) {
    if (input.type === "checkbox") input.checked = typed[input.name];
    else if (input.type === "radio") input.checked = input.value === typed[input.name];
    else if (!input.value || input.matches("select")) input.value = typed[input.name];
  }
}

/** Makes `form` work, as told at the top of this file. What was typed before is back when it returns. */
export function readyForm(form, { send, check = () => ({}), sure = async () => true, heed = async () => {} }) {
  const store = `typed:${form.id}`;
  const inputs = inputsOf(form);
  const button = form.querySelector("[type=submit]");
  for (const input of inputs) if (input.type === "password") input.dataset.secret = "";
  fill(inputs.filter(isKept), kept(store) ?? {});
  const save = () => keep(store, typedOf(inputs));
  form.addEventListener("input", save);
  addEventListener("pageshow", reloadIfKept);
  save();
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearProblems(form);
    const values = valuesOf(inputs);
    const errors = localErrors(inputs, values, check);
    if (Object.keys(errors).length) {
      showProblem(form, { errors, title: word("script.problem") });
      busy = false;
      return;
    }
    for (const name of Object.keys(values)) if (values[name] === "") delete values[name];
    if (!(await sure(values))) {
      busy = false;
      return;
    }
    const free = hold(button);
    try {
      await send(values);
    } catch (problem) {
      if (problem.code === undefined) throw problem;
      await heed(problem);
      showProblem(form, problem);
    } finally {
      free();
      busy = false;
    }
  });
  button.disabled = false;
}

/** Makes a button say that it is busy, without taking the focus away from it. Returns what frees it. */
export function hold(button) {
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
  return () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  };
}

/** A button beside a form, which does one thing: once at a time, and a refusal is told as the form's own. */
export function readyButton(button, form, act, { sure = async () => true, heed = async () => {} } = {}) {
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true" || !(await sure())) return;
    const free = hold(button);
    try {
      await act();
    } catch (problem) {
      if (problem.code === undefined) throw problem;
      await heed(problem);
      showProblem(form, problem);
    } finally {
      free();
    }
  });
}

function localErrors(inputs, values, check) {
  const errors = {};
  for (const input of inputs.filter(isAsked)) {
    const { required, digits } = input.dataset;
    if (!values[input.name]) {
      if (required !== undefined) errors[input.name] = required;
    } else if (digits !== undefined && !/^[0-9]{6}$/.test(values[input.name])) errors[input.name] = word("field.code_not_six_digits");
  }
  return { ...check(values), ...errors };
}

/** What carries the sentence about an input for a screen reader: the input, or the question that its radios answer. */
const described = (input) => (input.type === "radio" ? input.closest("fieldset") : input);

export function clearProblems(form) {
  find("summary")?.remove();
  document.title = bareTitle();
  for (const said of form.querySelectorAll(".error")) said.remove();
  for (const input of inputsOf(form)) {
    input.removeAttribute("aria-invalid");
    input.closest(".field")?.classList.remove("wrong");
    const one = described(input);
    const ids = (one.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
    if (ids.length) one.setAttribute("aria-describedby", ids.join(" "));
    else one.removeAttribute("aria-describedby");
  }
}

/** The error summary, first thing in the page and focused, with a link to each field and the sentence at the field too. */
export function showProblem(form, problem) {
  find("summary")?.remove();
  const box = document.createElement("div");
  box.id = "summary";
  box.className = "summary";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = problem.title;
  box.append(heading);
  const list = document.createElement("ul");
  const errors = Object.entries(problem.errors ?? {});
  const inputs = inputsOf(form).filter(isAsked);
  const place = ([name]) => inputs.findIndex((input) => input.name === name);
  for (const [name, told] of errors.sort((one, other) => place(one) - place(other))) {
    const input = inputs.find((one) => one.name === name);
    const sentence = input && problem.reasons?.[name] === "required" ? (input.dataset.required ?? told) : told;
    const target = input ? markField(input, sentence) : find(name);
    const item = document.createElement("li");
    if (target) {
      const link = document.createElement("a");
      link.href = `#${target.id}`;
      link.textContent = sentence;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        target.focus();
        target.closest(".field")?.scrollIntoView({ block: "nearest" });
      });
      item.append(link);
    } else {
      item.textContent = sentence;
    }
    list.append(item);
  }
  const paragraph = (text) => {
    const made = document.createElement("p");
    made.textContent = text;
    box.append(made);
  };
  if (list.children.length) box.append(list);
  else if (problem.detail) paragraph(problem.detail);
  if (problem.attemptsLeft === 1) paragraph(word("script.attempt_left"));
  else if (problem.attemptsLeft !== null && problem.attemptsLeft !== undefined) paragraph(word("script.attempts_left", { count: problem.attemptsLeft }));
  if (problem.retryAt) paragraph(word("script.retry_at", { time: clockTime(problem.retryAt) }));
  find("main").prepend(box);
  document.title = wrongTitle() + bareTitle();
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

function markField(input, sentence) {
  const field = input.closest(".field");
  field.classList.add("wrong");
  const said = document.createElement("p");
  said.className = "error";
  said.id = `${input.name}-error`;
  const lead = document.createElement("span");
  lead.className = "visually-hidden";
  lead.textContent = `${word("script.error")}: `;
  said.append(lead, sentence);
  (input.closest(".with-button, .with-prefix, .choice") ?? input).before(said);
  if (input.type !== "radio") input.setAttribute("aria-invalid", "true");
  const one = described(input);
  one.setAttribute("aria-describedby", `${said.id} ${one.getAttribute("aria-describedby") ?? ""}`.trim());
  return input;
}
