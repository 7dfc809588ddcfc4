// The roles of a department as two boxes in a form.
import { word } from "./words.js";

export const chosenRoles = (values) => ["issuer", "requester"].filter((role) => values[`role_${role}`]);

/** What is wrong where neither is ticked. */
export const checkRoles = (values) => (chosenRoles(values).length ? {} : { roles: word("department.roles_required") });
