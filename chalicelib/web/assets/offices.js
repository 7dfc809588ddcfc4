// What staff can belong to: the Regional Authorities and, where there are any, the departments on DigiLocker.
import { make } from "./make.js";
import { word } from "./words.js";

/** Every office under one kind of name: a department's code is its id. */
export async function readOffices(read) {
  const [{ authorities }, { departments }] = await Promise.all([read("/authorities"), read("/departments")]);
  return { authorities, departments: departments.map((one) => ({ code: one.department_id, name: one.name })) };
}

const group = (label, offices, chosen) => make("optgroup", { label }, ...offices.map((one) => make("option", { value: one.code, selected: one.code === chosen }, one.name)));

/** The choices of a select; groups only where there are departments. */
export function officeChoices({ authorities, departments }, chosen) {
  const regional = group(word("post.authorities"), authorities, chosen);
  return departments.length ? [regional, group(word("post.departments"), departments, chosen)] : [...regional.children];
}
