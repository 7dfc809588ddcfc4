// What a role is called.
import { word } from "./words.js";

const NAMES = {
  importer_exporter: word("role.importer_exporter"),
  icegate_registrant: word("role.icegate_registrant"),
  officer: word("role.officer"),
  supervisor: word("role.supervisor"),
  administrator: word("role.administrator"),
  department_officer: word("role.department_officer"),
};
const STAFF = ["officer", "supervisor", "administrator", "department_officer"];

export const roleName = (role) => NAMES[role];
export const isStaff = (role) => STAFF.includes(role);
