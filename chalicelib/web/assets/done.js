import { dayAndTime } from "./clock.js";
import { now, pause } from "./api.js";
import { isOver, open, overProblem, poll, showEnd, step } from "./flow.js";
import { forget } from "./keep.js";
import { find, word } from "./words.js";

let view = await open();
while (view.status !== "registered") {
  const settled = await poll(view, (one) => one.status === "registered" || isOver(one));
  if (settled && isOver(settled)) await showEnd(overProblem(settled));
  if (settled) view = settled;
  else {
    find("making-status").textContent = word("done.slow");
    await pause(10000);
    view = await step("GET");
  }
}
forget("typed:register", "typed:resume", "typed:credentials", "typed:codes", "typed:alternate-codes", "typed:alternate-contact");
find("icegate-id").textContent = view.icegate_id;
find("icegate-id").style.setProperty("--length", view.icegate_id.length);
find("printed-at").textContent = dayAndTime(new Date(now()).toISOString());
find("print").addEventListener("click", () => window.print());
find("making").remove();
find("made").hidden = false;
document.title = `${word("done.heading")} – ${word("site.name")}`;
find("made-heading").focus();
