// How a department fares: by day in charts and a table, the last errors in plain words, and a test of what DigiLocker would call.
import { barChart } from "./chart.js";
import { dayAndTime, dayOfDate } from "./clock.js";
import { departmentPage, departmentPath, openDepartment } from "./department.js";
import { readyForm } from "./form.js";
import { make, tell } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, say, to, word } from "./words.js";
import { written } from "./written.js";

const COUNTED = ["issued", "findable", "pulled", "not_found", "pending", "refused", "pushed", "failed", "revoked", "removed"];
const SHOWN = {
  issued: word("department_stats.issued"),
  findable: word("department_stats.findable"),
  pulled: word("department_stats.pulled"),
  pushed: word("department_stats.pushed"),
  failed: word("department_stats.failed"),
};
const OUTCOME = {
  holds: ["holds", word("department_stats.holds")],
  fails: ["fails", word("department_stats.fails")],
  not_tried: ["unknown", word("department_stats.not_tried")],
};
const told = (failed) => (failed === 0 ? word("department_stats.test_held") : failed === 1 ? word("department_stats.test_failed_one") : word("department_stats.test_failed", { count: failed }));
const path = (days) => departmentPath(`/statistics?days=${encodeURIComponent(days)}`);

function trouble({ at, text, certificate_id: certificate }) {
  const more = certificate ? make("a", { href: to(departmentPage("-certificate", certificate)) }, word("department_stats.to_certificate")) : null;
  return make("li", { class: "refused" }, make("b", {}, dayAndTime(at)), make("span", {}, text), more && " ", more);
}

function unanswered({ since, waiting, is_more: isMore }) {
  const at = { since: dayAndTime(since), count: written(waiting) };
  if (waiting === 0) return word("department_stats.silence", at);
  if (waiting === 1) return word("department_stats.silence_one", at);
  return isMore ? word("department_stats.silence_more", at) : word("department_stats.silence_some", at);
}

function show({ days, totals, troubles, silence }) {
  say(find("silence"), silence ? unanswered(silence) : "", "bad");
  const busy = days.filter((one) => COUNTED.some((what) => one[what])).reverse();
  say(find("told"), busy.length ? word("department_stats.told", Object.fromEntries(Object.entries(totals).map(([what, count]) => [what, written(count)]))) : word("department_stats.nothing"));
  find("charts").hidden = !busy.length;
  find("charts").replaceChildren(...Object.entries(SHOWN).map(([what, name]) => barChart(name, days.map((one) => ({ day: one.day, count: one[what] })))));
  find("table").hidden = !busy.length;
  find("days-rows").replaceChildren(...busy.map((one) => row(find("table"), [dayOfDate(one.day), ...COUNTED.map((what) => written(one[what]))])));
  find("no-troubles").hidden = troubles.length > 0;
  find("troubles").replaceChildren(...troubles.map(trouble));
}

function finding({ outcome, text, advice }) {
  const [look, name] = OUTCOME[outcome];
  return make("li", { class: look }, make("b", {}, text), " ", make("span", { class: "badge" }, name), advice ? tell(make("p"), advice) : null);
}

await open();
await openDepartment();
find("days").value = "30";
readyForm(find("statistics-days"), { heed, send: async ({ days }) => show(await ask("GET", path(days))) });
readyForm(find("self-test"), {
  heed,
  async send() {
    const { findings } = await ask("POST", departmentPath("/self-test"));
    const failed = findings.filter((one) => one.outcome === "fails").length;
    find("findings").replaceChildren(...findings.map(finding));
    say(find("test-told"), told(failed), failed ? "bad" : "good");
    find("test-told").focus();
  },
});
show(await read(path(30)));
shown();
