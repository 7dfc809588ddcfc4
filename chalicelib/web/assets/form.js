// Forms: keeps what is typed, says what is wrong and where, sends once however often it is clicked.
import { clockTime } from "./clock.js";
import { heed, reloadIfKept } from "./flow.js";
import { keep, kept } from "./keep.js";
import { find, word } from "./words.js";

const bareTitle = document.title;
const ZEROS = [0x966, 0x660, 0x6f0, 0xff10]; // Devanagari, Arabic-Indic, Extended Arabic-Indic, full-width

/** Digits of any Indian keyboard as ASCII digits. */
export const asciiDigits = (text) =>
  text.replace(/[\u0966-\u096f\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) => {
    const code = digit.codePointAt(0);
    return String(code - ZEROS.find((zero) => code >= zero && code < zero + 10));
  });

/** The value that is sent: blanks around it and, in a code, between its digits are not part of it. */
export function valueOf(input) {
  if (input.type === "password" || input.dataset.secret !== undefined) return input.value;
  if (input.dataset.digits !== undefined) return asciiDigits(input.value).replace(/[\s-]/g, "");
  if (input.dataset.asciiDigits !== undefined) return asciiDigits(input.value).trim();
  return input.value.trim();
}

const inputsOf = (form) => [...form.querySelectorAll("input")];

/** Makes `form` work. `send(values)` does the request; `check(values)` may return {field: sentence} without one. */
export function readyForm(form, { send, check = () => ({}) }) {
  const store = `typed:${form.id}`;
  const inputs = inputsOf(form);
  const button = form.querySelector("[type=submit]");
  for (const input of inputs) if (input.type === "password") input.dataset.secret = "";
  const typed = kept(store) ?? {};
  for (const input of inputs) if (!input.value && input.name in typed) input.value = typed[input.name];
  const save = () =>
    keep(store, Object.fromEntries(inputs.filter((input) => input.dataset.secret === undefined).map((input) => [input.name, input.value])));
  form.addEventListener("input", save);
  addEventListener("pageshow", reloadIfKept);
  save();
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearProblems(form);
    const values = Object.fromEntries(inputs.map((input) => [input.name, valueOf(input)]));
    const errors = localErrors(inputs, values, check);
    if (Object.keys(errors).length) {
      showProblem(form, { errors, title: word("script.problem") });
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

function localErrors(inputs, values, check) {
  const errors = {};
  for (const input of inputs) {
    if (!values[input.name]) errors[input.name] = input.dataset.required;
    else if (input.dataset.digits !== undefined && !/^[0-9]{6}$/.test(values[input.name])) errors[input.name] = word("field.code_not_six_digits");
  }
  return { ...check(values), ...errors };
}

export function clearProblems(form) {
  find("summary")?.remove();
  document.title = bareTitle;
  for (const said of form.querySelectorAll(".error")) said.remove();
  for (const input of inputsOf(form)) {
    input.removeAttribute("aria-invalid");
    input.closest(".field")?.classList.remove("wrong");
    const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
    if (described.length) input.setAttribute("aria-describedby", described.join(" "));
    else input.removeAttribute("aria-describedby");
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
  const inputs = inputsOf(form);
  const place = ([name]) => inputs.findIndex((input) => input.name === name);
  for (const [name, told] of errors.sort((one, other) => place(one) - place(other))) {
    const input = inputs.find((one) => one.name === name);
    const sentence = input && problem.reasons?.[name] === "required" ? input.dataset.required : told;
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
  document.title = `${word("script.error")}: ${bareTitle}`;
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

function markField(input, sentence) {
  const field = input.closest(".field");
  field.classList.add("wrong");
  const said = document.createElement("p");
  said.className = "error";
  said.id = `${input.id}-error`;
  const lead = document.createElement("span");
  lead.className = "visually-hidden";
  lead.textContent = `${word("script.error")}: `;
  said.append(lead, sentence);
  (input.closest(".with-button, .with-prefix") ?? input).before(said);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${said.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
  return input;
}
