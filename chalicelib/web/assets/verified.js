import { Problem } from "./api.js";
import { countdown } from "./clock.js";
import { flow, goOn, heed, open, overProblem, showEnd, step } from "./flow.js";
import { clearProblems, hold, showProblem } from "./form.js";
import { find, word } from "./words.js";

const view = await open();
const record = flow(); // holds the contact of record, also while codes for another one are on their way
find("record-icegate-id").textContent = view.icegate_id;
find("sure-icegate-id").textContent = view.icegate_id;
find("sure-icegate-id").style.setProperty("--length", view.icegate_id.length);
find("record-mobile").textContent = record.mobile ?? view.mobile;
find("record-email").textContent = record.email ?? view.email;
countdown((time) => word("clock.finish_until", { time }), () => showEnd(overProblem({ status: "expired" })))(view.expires_at);

const form = find("verified");
const sure = find("sure");
const yes = find("sure-yes");
let busy = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearProblems(form);
  sure.showModal();
});
find("sure-no").addEventListener("click", () => {
  if (!busy) sure.close();
});
sure.addEventListener("cancel", (event) => {
  if (busy) event.preventDefault();
});
yes.addEventListener("click", async () => {
  if (busy) return;
  busy = true;
  const free = hold(yes);
  try {
    await goOn(await step("POST", "/finish", { confirm: true }));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    sure.close();
    await heed(problem);
    showProblem(form, problem);
  } finally {
    free();
    busy = false;
  }
});
form.querySelector("[type=submit]").disabled = false;
