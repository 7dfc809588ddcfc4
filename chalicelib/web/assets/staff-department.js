// One department: what there is of it, what it lacks, and the ways to its pages.
import { departmentPage, openDepartment, rolesOf, statusName } from "./department.js";
import { make } from "./make.js";
import { open, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { find, to, word } from "./words.js";

/** What must still be done before DigiLocker can call, and be called: [what, the page that does it]. */
function missingOf(one) {
  const hasKey = (purpose, apiId = null) => one.keys.some((key) => key.works && key.purpose === purpose && key.api_id === apiId);
  const isIssuer = one.roles.includes("issuer");
  return [
    isIssuer && !one.document_types.length && [word("department.lacks_types"), "-types"],
    isIssuer && !one.pull_apis.length && [word("department.lacks_endpoints"), "-keys"],
    isIssuer && one.pull_apis.some((api) => !hasKey("pull_api", api.api_id)) && [word("department.lacks_api_key"), "-keys"],
    isIssuer && !one.signing_key && [word("department.lacks_signing_key"), "-change"],
    !one.client && [word("department.lacks_client"), "-change"],
    one.client && !hasKey("client_secret") && [word("department.lacks_secret"), "-keys"],
  ].filter(Boolean);
}

await open();
const one = await openDepartment();
const missing = missingOf(one);
find("missing").hidden = !missing.length;
find("missing-list").replaceChildren(...missing.map(([what, where]) => make("li", {}, one.may_change ? make("a", { href: to(departmentPage(where)) }, what) : what)));
find("missing-ask").hidden = one.may_change;
find("administering").hidden = !one.may_change;
find("facts").replaceChildren(
  ...[
    fact(word("department.name_en"), one.name_en),
    fact(word("department.name_hi"), make("span", { lang: "hi" }, one.name_hi)),
    fact(word("department.issuer_id"), make("span", { class: "exact" }, one.issuer_id)),
    fact(word("department.roles"), rolesOf(one)),
    fact(word("department.status"), make("span", { class: `badge ${one.status}` }, statusName(one.status))),
    fact(word("department.types"), one.document_types.map((type) => `${type.title} (${type.code})`).join(", ") || word("department.none")),
    fact(word("department.client_id"), one.client ? make("span", { class: "exact" }, one.client.client_id) : word("department.none")),
    fact(word("department.signing_key"), one.signing_key ? make("span", { class: "exact" }, one.signing_key) : word("department.none")),
  ].filter(Boolean),
);
shown();
