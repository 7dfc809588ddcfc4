// What of a department may be changed: names, roles, DigiLocker's client, limits, the signing key; and its suspension.
import { checkRoles, chosenRoles } from "./department-roles.js";
import { departmentPage, departmentPath, openDepartment, sendAs, startForm } from "./department.js";
import { readyButton, readyForm } from "./form.js";
import { forget } from "./keep.js";
import { ask, goOn, heed, open, shown } from "./signed-in.js";
import { sure } from "./sure.js";
import { find, word } from "./words.js";

const LIMITS = ["pushes_a_minute", "pulls_a_minute", "certificates_a_day"];

/** A whole number is what each limit is; what it may be at most, the server knows. */
function check(values) {
  const wrong = LIMITS.filter((name) => values[name] && !/^[1-9][0-9]{0,9}$/.test(values[name])).map((name) => [name, word("department_change.number_required")]);
  const half = Boolean(values.client_id) !== Boolean(values.service_name);
  const lacking = values.client_id ? "service_name" : "client_id";
  return { ...Object.fromEntries(wrong), ...(half ? { [lacking]: word("department_change.client_both") } : {}), ...checkRoles(values) };
}

await open({ fresh: true });
const one = await openDepartment("department-change", "department-suspension");
const isActive = one.status === "active";
find("suspending").hidden = !isActive;
find("reactivating").hidden = isActive;
if (!isActive) find("reactivating-heading").textContent = word("department.suspended_because", { reason: one.status_reason });
const begins = {
  name_en: one.name_en,
  name_hi: one.name_hi,
  role_issuer: one.roles.includes("issuer"),
  role_requester: one.roles.includes("requester"),
  client_id: one.client?.client_id,
  service_name: one.client?.service_name,
  push_encoding: one.client?.push_encoding ?? "urlencoded",
  signing_key: one.signing_key,
  ...Object.fromEntries(LIMITS.map((name) => [name, String(one.limits[name])])),
};
startForm(find("department-change"), begins, {
  heed,
  check,
  async send(values) {
    const { name_en, name_hi, client_id, service_name, push_encoding, signing_key } = values;
    const body = {
      name_en,
      name_hi,
      roles: chosenRoles(values),
      limits: Object.fromEntries(LIMITS.map((name) => [name, Number(values[name])])),
      ...(client_id ? { client: { client_id, service_name, push_encoding } } : {}),
      ...(signing_key ? { signing_key } : {}),
    };
    await sendAs(ask("PUT", departmentPath(), body), (name) => name.replace(/^(client|limits)\./, ""));
    forget("typed:department-change");
    await goOn(departmentPage(), word("department_change.done"));
  },
});
readyForm(find("department-suspension"), {
  heed,
  sure: () => sure(word("department_change.sure", { name: one.name }), word("department_change.suspend_next"), word("department_change.suspend")),
  async send(values) {
    await ask("POST", departmentPath("/suspension"), values);
    forget("typed:department-suspension");
    await goOn(departmentPage(), word("department_change.done_suspended"));
  },
});
readyButton(
  find("reactivate"),
  find("department-change"),
  async () => {
    await ask("POST", departmentPath("/reactivation"));
    await goOn(departmentPage(), word("department_change.done_reactivated"));
  },
  { heed },
);
shown();
