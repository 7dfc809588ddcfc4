// Where DigiLocker calls a department, and the keys: made, replaced with overlap, ended. A secret is shown once.
import { now } from "./api.js";
import { dayAndTime, dayOf } from "./clock.js";
import { again, departmentPath, openDepartment, sendAs, startForm } from "./department.js";
import { readyButton, readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { row } from "./stacked.js";
import { sure } from "./sure.js";
import { find, say, word } from "./words.js";

const DAY = 86400000; // ms
const PURPOSE = {
  pull_api: word("department_keys.purpose_pull_api"),
  client_secret: word("department_keys.purpose_client_secret"),
  issuing_token: word("department_keys.purpose_issuing_token"),
};
const KIND = { pull_uri: word("department_keys.pull_uri"), pull_doc: word("department_keys.pull_doc") };
const FORMAT = { both: word("department_keys.format_both"), pdf: word("department_keys.format_pdf"), xml: word("department_keys.format_xml") };
const endpointForm = find("department-endpoint");
const keyForm = find("department-key");
let department;

const calledOf = (api) => `${KIND[api.kind]} · ${api.doctypes.join(", ")}`;
const hasKey = (api) => department.keys.some((key) => key.works && key.purpose === "pull_api" && key.api_id === api.api_id);

function endpointCard(api) {
  return make(
    "li",
    {},
    make(
      "h3",
      {},
      calledOf(api),
      " ",
      make("span", { class: `badge ${api.is_open ? "" : "suspended"}`.trim() }, api.is_open ? word("department_keys.open") : word("department_keys.closed")),
      " ",
      hasKey(api) ? null : make("span", { class: "badge bad" }, word("department_keys.no_key")),
    ),
    make(
      "dl",
      {},
      ...[
        fact(word("department_keys.url"), make("span", { class: "exact" }, api.url)),
        fact(word("department_keys.org_id"), api.org_id && make("span", { class: "exact" }, api.org_id)),
        fact(word("department_keys.default_format"), FORMAT[api.default_format]),
      ].filter(Boolean),
    ),
  );
}

function stateOf(key) {
  if (!key.works) return make("span", { class: "badge departed" }, word("department_keys.ended", { day: dayOf(key.until) }));
  return make("span", { class: "badge" }, key.until ? word("department_keys.works_until", { time: dayAndTime(key.until) }) : word("department_keys.works"));
}

function endButton(key) {
  if (!key.works) return "";
  const button = make("button", { type: "button", class: "quiet small", "data-busy": word("department.busy"), "aria-label": word("department_keys.end_named", { purpose: PURPOSE[key.purpose], day: dayOf(key.created_at) }) }, word("department_keys.end"));
  readyButton(
    button,
    keyForm,
    async () => {
      await ask("POST", departmentPath(`/keys/${encodeURIComponent(key.key_id)}/end`));
      await again(word("department_keys.done_ended"));
    },
    { heed, sure: () => sure(word("department_keys.end_sure", { purpose: PURPOSE[key.purpose] }), word("department_keys.end_next"), word("department_keys.end_yes")) },
  );
  return button;
}

function endpointName(apiId) {
  const api = department.pull_apis.find((one) => one.api_id === apiId);
  return api ? calledOf(api) : "";
}

function show() {
  const { pull_apis: apis, keys, document_types: types } = department;
  find("no-endpoints").hidden = apis.length > 0;
  find("endpoints").replaceChildren(...apis.map(endpointCard));
  find("no-keys").hidden = keys.length > 0;
  find("keys-table").hidden = !keys.length;
  find("keys").replaceChildren(...keys.map((key) => row(find("keys-table"), [PURPOSE[key.purpose], endpointName(key.api_id), dayAndTime(key.created_at), stateOf(key), endButton(key)])));
  const choices = () => apis.map((api) => make("option", { value: api.api_id }, calledOf(api)));
  find("api_id").append(...choices());
  find("key_api_id").replaceChildren(...choices());
  find("doctype-choices").replaceChildren(
    ...types.map((type) =>
      make(
        "div",
        { class: "choice" },
        make("input", { type: "checkbox", id: `doctype_${type.code}`, name: `doctype_${type.code}` }),
        make("label", { for: `doctype_${type.code}` }, `${type.title} (${type.code})`),
      ),
    ),
  );
  endpointForm.hidden = !types.length; // an address answers for types that are there
  find("no-types").hidden = types.length > 0;
}

/** What stands in the form once an endpoint is chosen to be changed, or a new one. */
function beginsOf(apiId) {
  const api = department.pull_apis.find((one) => one.api_id === apiId);
  const { kind, org_id, default_format, freshness, is_open } = api ?? { kind: "pull_uri", org_id: "", default_format: "both", freshness: "logged", is_open: true };
  const chosen = department.document_types.map(({ code }) => [`doctype_${code}`, api ? api.doctypes.includes(code) : department.document_types.length === 1]);
  return { api_id: apiId, kind, org_id, default_format, freshness, is_open, ...Object.fromEntries(chosen) };
}

function fillEndpoint(apiId) {
  for (const [name, value] of Object.entries(beginsOf(apiId))) {
    const input = endpointForm.elements[name];
    if (typeof value === "boolean") input.checked = value;
    else input.value = value;
  }
}

function askForKey() {
  const purpose = find("purpose").value;
  find("key_api_id").closest(".field").hidden = purpose !== "pull_api";
  find("secret").closest(".field").hidden = purpose !== "client_secret";
}

const chosenTypes = (values) => department.document_types.map((one) => one.code).filter((code) => values[`doctype_${code}`]);

await open({ fresh: true });
department = await openDepartment("department-endpoint");
show();
find("api_id").addEventListener("change", (event) => fillEndpoint(event.target.value));
startForm(endpointForm, beginsOf(""), {
  heed,
  check: (values) => (chosenTypes(values).length ? {} : { doctypes: word("department_keys.doctypes_required") }),
  async send(values) {
    const { kind, default_format, freshness, is_open } = values;
    const body = { kind, doctypes: chosenTypes(values), default_format, freshness, is_open };
    if (values.api_id) body.api_id = values.api_id;
    if (values.org_id) body.org_id = values.org_id;
    await sendAs(ask("PUT", departmentPath("/pull-apis"), body), (name) => name.replace(/^doctypes\[.*$/, "doctypes"));
    forget("typed:department-endpoint");
    await again(word("department_keys.done_endpoint"));
  },
});
keyForm.addEventListener("change", askForKey);
readyForm(keyForm, {
  heed,
  check: (values) => (values.purpose === "pull_api" && !department.pull_apis.length ? { purpose: word("department_keys.no_endpoints") } : {}),
  async send({ purpose, key_api_id, secret, old_days }) {
    const days = Number(old_days);
    const body = { purpose };
    if (purpose === "pull_api") body.api_id = key_api_id;
    if (purpose === "client_secret") body.secret = secret;
    if (days) body.old_until = new Date(now() + days * DAY).toISOString().replace(/\.[0-9]+Z$/, "Z");
    const made = await sendAs(ask("POST", departmentPath("/keys"), body), (name) => (name === "api_id" ? "key_api_id" : name));
    find("secret").value = "";
    if (!made.secret) await again(word("department_keys.done_taken"));
    // Shown once and kept nowhere: this page is not loaded anew.
    department = await read(departmentPath());
    find("api_id").length = 1;
    show();
    fillEndpoint(find("api_id").value);
    find("secret-shown").textContent = made.secret;
    find("made-next").textContent = purpose === "pull_api" ? word("department_keys.made_api_key") : word("department_keys.made_token");
    say(find("copied"), "");
    find("made").hidden = false;
    find("made").focus();
    askForKey();
  },
});
find("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(find("secret-shown").textContent);
    say(find("copied"), word("department_keys.copied"), "good");
  } catch {
    // A browser that does not let us: it stands there marked, to be copied by hand.
    getSelection().selectAllChildren(find("secret-shown"));
    say(find("copied"), word("department_keys.copy_by_hand"));
  }
});
askForKey();
shown();
