// The department that a page is about: its id stands first in the fragment, after a slash what else the page is about.
import { readyForm } from "./form.js";
import { forget, keep, kept } from "./keep.js";
import { make } from "./make.js";
import { goOn, read } from "./signed-in.js";
import { find, page, to, word } from "./words.js";

// Read once: the link that skips to the content puts itself into the fragment.
const [id = "", second = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
const whole = location.hash;

/** What of the department the page is about: a certificate, a request; "" for none. */
export const secondId = second;

export const departmentPath = (rest = "") => `/departments/${encodeURIComponent(id)}${rest}`;

/** The path of another page about this department: departmentPage("-keys"); `other` is what of it that page is about. */
export const departmentPage = (name = "", other = "") => `/staff/department${name}#${encodeURIComponent(id)}${other && `/${encodeURIComponent(other)}`}`;

const ROLES = { issuer: word("department.issuer"), requester: word("department.requester") };
const STATUS = { active: word("department.active"), suspended: word("department.suspended") };
export const rolesOf = (department) => department.roles.map((role) => ROLES[role]).join(", ");
export const statusName = (status) => STATUS[status];

/** Reads the department, names it above the heading, says so where it is suspended, and makes this page's links keep which it is. `forms`: what was typed in these about another department is forgotten. What was done before this page was shown has the focus. */
export async function openDepartment(...forms) {
  if (!id) await goOn("/staff/departments");
  const department = await read(departmentPath());
  find("department-name").textContent = `${department.name} · ${department.issuer_id}`;
  if (department.status === "suspended") tellSuspended(department);
  find("language").hash = whole;
  for (const link of document.querySelectorAll(`a.of-department, a[href="${to("/staff/department")}"]`)) link.hash = `#${encodeURIComponent(id)}`;
  if (kept(`about:${page}`) !== whole) forget(...forms.map((form) => `typed:${form}`));
  keep(`about:${page}`, whole);
  addEventListener("hashchange", () => {
    if (location.hash !== "#main") location.reload();
  });
  if (find("why") && !find("why").hidden) find("why").focus();
  return department;
}

function tellSuspended(department) {
  if (find("reactivating")) return; // the page that undoes it says so itself
  const next = department.may_change ? make("a", { href: to(departmentPage("-change")) }, word("department.suspended_change")) : word("department.suspended_ask");
  document.querySelector("h1").after(
    make("div", { class: "notice", id: "suspended" }, make("p", {}, word("department.suspended_because", { reason: department.status_reason })), make("p", {}, word("department.suspended_means"), " ", next)),
  );
}

/** Makes a form work that begins with what stands there now; what was typed and not sent yet stays. */
export function startForm(form, begins, options) {
  const isTyped = Boolean(kept(`typed:${form.id}`));
  readyForm(form, options);
  if (isTyped) return;
  for (const [name, value] of Object.entries(begins)) {
    const input = form.elements[name];
    if (typeof value === "boolean") input.checked = value;
    else input.value = value ?? "";
  }
  form.dispatchEvent(new Event("input"));
}

/** Shows this page anew, with what was done above it. */
export function again(done) {
  keep("why", done);
  location.reload();
  return new Promise(() => {});
}

/** Sends what a form gives; where the API calls a field otherwise than the form does, `names(field)` says how the form does. */
export async function sendAs(sending, names) {
  try {
    return await sending;
  } catch (problem) {
    for (const told of ["errors", "reasons"]) if (problem[told]) problem[told] = Object.fromEntries(Object.entries(problem[told]).map(([name, value]) => [names(name), value]));
    throw problem;
  }
}
