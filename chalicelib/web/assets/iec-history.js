// What was signed for one's IEC: who, when, how, and the evidence for who signed.
import { dayAndTime } from "./clock.js";
import { clearProblems, hold, showProblem } from "./form.js";
import { make, tell } from "./make.js";
import { ask, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, word } from "./words.js";

const HOW = { dsc: (name) => word("iec_history.dsc", { name }), esign: (name) => word("iec_history.esign", { name }) };

function evidence(entry) {
  if (!entry.has_evidence) return word("iec_history.not_yours");
  const time = dayAndTime(entry.at);
  const button = make("button", { type: "button", class: "quiet", "aria-label": word("iec_history.download_of", { time }) }, word("iec_history.download"));
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    const free = hold(button);
    clearProblems(find("no-fields"));
    try {
      const { url } = await ask("GET", `/signings/${encodeURIComponent(entry.signing_id)}/evidence`);
      location.assign(url);
    } catch (problem) {
      if (problem.code === undefined) throw problem;
      find("no-fields").hidden = false;
      showProblem(find("no-fields"), problem);
    } finally {
      free();
    }
  });
  return button;
}

const outcome = (entry) => (entry.status === "done" ? word("iec_history.done") : word("iec_history.refused", { why: entry.why }));

await open();
const { entries } = await read("/iec/history");
find("nothing").hidden = entries.length > 0;
find("table").hidden = !entries.length;
find("entries").replaceChildren(
  ...entries.map((entry) =>
    row(find("table"), [tell(make("span"), dayAndTime(entry.at)), entry.text, entry.by, HOW[entry.method]?.(entry.common_name) ?? "", outcome(entry), evidence(entry)]),
  ),
);
shown();
