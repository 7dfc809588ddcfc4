// The certificates of a department, the newest first, and the way to one by its number.
import { pushBadge, statusBadge } from "./certificate-words.js";
import { dayOfDate } from "./clock.js";
import { departmentPage, departmentPath, openDepartment } from "./department.js";
import { readyButton, readyForm } from "./form.js";
import { make } from "./make.js";
import { ask, goTo, heed, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, say, to, word } from "./words.js";
import { written } from "./written.js";

let after = null;
let titles = {};

function show({ certificates, next }) {
  after = next;
  find("certificates").append(
    ...certificates.map((one) =>
      row(find("table"), [
        make("a", { href: to(departmentPage("-certificate", one.certificate_id)) }, one.number || word("department_certs.no_number")),
        titles[one.doctype] ?? one.doctype,
        one.holder.join(", "),
        dayOfDate(one.issued_on),
        statusBadge(one),
        pushBadge(one),
      ]),
    ),
  );
  const count = find("certificates").children.length;
  find("table").hidden = !count;
  find("more").hidden = !after;
  say(find("count"), count ? (count === 1 ? word("department_certs.count_one") : word("department_certs.count", { count: written(count) })) : word("department_certs.nobody"));
}

const path = (from) => departmentPath(`/certificates${from ? `?after=${encodeURIComponent(from)}` : ""}`);

await open();
const department = await openDepartment();
titles = Object.fromEntries(department.document_types.map((type) => [type.code, type.title]));
find("find-certificate").hidden = !department.document_types.length;
find("doctype").replaceChildren(...department.document_types.map((type) => make("option", { value: type.code }, type.title)));
readyForm(find("find-certificate"), {
  heed,
  async send({ doctype, number }) {
    const { certificates } = await ask("GET", departmentPath(`/certificates?doctype=${encodeURIComponent(doctype)}&number=${encodeURIComponent(number)}`));
    if (certificates.length) return goTo(departmentPage("-certificate", certificates[0].certificate_id));
    say(find("count"), word("department_certs.not_there", { number }), "bad");
    return undefined;
  },
});
readyButton(
  find("more"),
  find("find-certificate"),
  async () => {
    const there = find("certificates").children.length;
    show(await ask("GET", path(after)));
    // The button may be gone: who reads on begins at the first that is new.
    find("certificates").children[there]?.querySelector("a").focus();
  },
  { heed },
);
show(await read(path(null)));
shown();
