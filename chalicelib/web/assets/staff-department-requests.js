// Citizens' requests that an officer of the department looks at: the list, and one of them with the decision.
import { dayAndTime, dayOfDate } from "./clock.js";
import { departmentPage, departmentPath, openDepartment, secondId } from "./department.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { fact } from "./signing-report.js";
import { row } from "./stacked.js";
import { find, say, to, word } from "./words.js";
import { written } from "./written.js";

const BECAUSE = { not_found: word("department_requests.not_found"), nearly_matched: word("department_requests.nearly_matched") };
const DONE = { grant: word("department_requests.done_grant"), refuse: word("department_requests.done_refuse") };
const DECIDED = { granted: word("department_requests.was_granted"), refused: word("department_requests.was_refused") };
const form = find("request-decision");
const path = (rest = "") => departmentPath(`/pull-requests${rest}`);
const one = () => path(`/${encodeURIComponent(secondId)}`);
let titles = {};

function list({ requests }) {
  const count = requests.length;
  say(find("count"), count === 1 ? word("department_requests.count_one") : count ? word("department_requests.count", { count: written(count) }) : word("department_requests.nobody"));
  find("table").hidden = !count;
  find("requests").replaceChildren(
    ...requests.map((each) =>
      row(find("table"), [make("a", { href: to(departmentPage("-requests", each.request_id)) }, each.name), titles[each.doctype] ?? each.doctype, BECAUSE[each.because], dayAndTime(each.asked_at)]),
    ),
  );
}

function showCase(request) {
  const { certificate } = request;
  find("asked").replaceChildren(
    ...[
      fact(word("department_requests.name"), request.name),
      fact(word("department_requests.born_on"), request.born_on ? dayOfDate(request.born_on) : word("department_requests.unknown")),
      fact(word("department_certs.type"), request.document),
      ...request.parameters.map(({ label, value }) => fact(label, value)),
      fact(word("department_requests.asked_at"), dayAndTime(request.asked_at)),
      fact(word("department_requests.because"), BECAUSE[request.because]),
    ].filter(Boolean),
  );
  find("nobody").hidden = Boolean(certificate);
  find("candidate").replaceChildren(
    ...(certificate
      ? [
          fact(word("department_certs.number"), make("a", { class: "exact", href: to(departmentPage("-certificate", certificate.certificate_id)) }, certificate.number)),
          ...certificate.holders.flatMap((holder) => [fact(word("department_certs.holder"), holder.name), fact(word("department_requests.born_on"), dayOfDate(holder.born_on))]),
        ]
      : []),
  );
  find("deciding").hidden = !request.may_decide;
  find("decided").hidden = request.may_decide;
  find("decided").textContent = [DECIDED[request.status], request.reason].filter(Boolean).join(" ");
}

function askFor() {
  const chosen = form.querySelector("[name=decision]:checked")?.value;
  find("certificate_number").closest(".field").hidden = chosen !== "grant";
  find("reason").closest(".field").hidden = !chosen;
}

await open();
const department = await openDepartment("request-decision");
titles = Object.fromEntries(department.document_types.map((type) => [type.code, type.title]));
if (secondId) {
  const request = await read(one());
  document.querySelector("h1").textContent = word("department_requests.heading");
  document.title = `${word("department_requests.heading")} – ${word("site.name")}`;
  showCase(request);
  form.addEventListener("change", askFor);
  readyForm(form, {
    heed,
    check: (values) => (values.decision === "refuse" && !values.reason ? { reason: word("department_requests.reason_required") } : {}),
    async send(values) {
      if (values.reason) values.reason = values.reason.replace(/\s+/g, " ");
      await ask("POST", `${one()}/decision`, values);
      forget("typed:request-decision");
      await goOn(departmentPage("-requests"), DONE[values.decision]); // this page with another fragment: it is loaded anew
    },
  });
  if (request.certificate && !find("certificate_number").value) find("certificate_number").value = request.certificate.number;
  askFor();
} else {
  readyForm(find("requests-filter"), { heed, send: async ({ status }) => list(await ask("GET", path(`?status=${encodeURIComponent(status)}`))) });
  list(await read(path("?status=open")));
}
find(secondId ? "case" : "listing").hidden = false;
shown();
