// One certificate of a department: how it stands, its push to the citizen's DigiLocker, its revocation.
import { pushBadge, statusBadge } from "./certificate-words.js";
import { dayOfDate } from "./clock.js";
import { again, departmentPage, departmentPath, openDepartment, secondId } from "./department.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { sure } from "./sure.js";
import { find, to, word } from "./words.js";

const path = (rest = "") => departmentPath(`/certificates/${encodeURIComponent(secondId)}${rest}`);
const SETTLED = ["pushed", "parked", "withdrawn"];
const pause = (ms) => new Promise((over) => setTimeout(over, ms));

function show(one, titles) {
  const trouble = one.trouble ?? (one.status === "preparing" ? word("department_cert.preparing") : "");
  find("trouble").hidden = !trouble;
  find("trouble").textContent = trouble;
  find("facts").replaceChildren(
    ...[
      fact(word("department_certs.number"), one.number && make("span", { class: "exact" }, one.number)),
      fact(word("department_certs.type"), titles[one.doctype] ?? one.doctype),
      fact(word("department_certs.holder"), one.holder.join(", ")),
      fact(word("department_certs.issued_on"), dayOfDate(one.issued_on)),
      fact(word("department_cert.valid_to"), one.valid_to && dayOfDate(one.valid_to)),
      fact(word("department_certs.status"), statusBadge(one)),
      fact(word("department_cert.kept_until"), one.kept_until && dayOfDate(one.kept_until)),
      fact(word("department_cert.revoked_because"), one.revoked_because),
      fact(word("department_certs.push"), pushBadge(one)),
      fact("URI", make("a", { class: "exact", href: `${to("/certificate")}?uri=${encodeURIComponent(one.uri)}` }, one.uri)),
    ].filter(Boolean),
  );
  find("pushing").hidden = !one.may_push;
  find("no-push").hidden = one.may_push || one.status !== "active" || one.push === "pushed";
  find("revoking").hidden = one.status !== "active";
}

/** Looks again until the push is through, a few seconds long; the page says how it stands in any case. */
async function settled() {
  let one = await read(path());
  for (let ms = 250; !SETTLED.includes(one.push) && ms < 8000; ms *= 2) {
    await pause(ms);
    one = await read(path());
  }
  return one;
}

await open();
const department = await openDepartment("certificate-revocation");
if (!secondId) await goOn(departmentPage("-certificates"));
const titles = Object.fromEntries(department.document_types.map((type) => [type.code, type.title]));
readyForm(find("push"), {
  heed,
  async send() {
    await ask("POST", path("/push"));
    const one = await settled();
    await again(one.push === "pushed" ? word("department_cert.done_pushed") : word("department_cert.done_pushing"));
  },
});
readyForm(find("certificate-revocation"), {
  heed,
  sure: () => sure(word("department_cert.sure"), word("department_cert.revoke_next"), word("department_cert.revoke_go")),
  async send(values) {
    await ask("POST", path("/revocation"), { reason: values.reason.replace(/\s+/g, " ") });
    forget("typed:certificate-revocation");
    await again(word("department_cert.done_revoked"));
  },
});
show(await read(path()), titles);
shown();
