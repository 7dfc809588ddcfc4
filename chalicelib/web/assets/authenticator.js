// Adding an authenticator app: a picture, the first code, ten recovery codes. And doing without one.
import { clockTime, dayOf } from "./clock.js";
import { readyDigits } from "./code-entry.js";
import { hold, readyForm, showProblem } from "./form.js";
import { now } from "./api.js";
import { showCodes } from "./kept-codes.js";
import { make, tell, turnTo } from "./make.js";
import { drawQr } from "./qr.js";
import { isStaff } from "./roles.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

const session = await open({ fresh: true });
const account = await read("/account");
let over = null;

function enrol(offered) {
  drawQr(find("qr"), offered.qr, word("authenticator.scan_alt"));
  find("secret").textContent = offered.secret;
  find("open-app").hidden = !matchMedia("(pointer: coarse)").matches;
  find("open-app").replaceChildren(make("a", { href: offered.uri }, word("authenticator.open")));
  find("enrol-until").textContent = word("authenticator.until", { time: clockTime(offered.expires_at) });
  find("begin").hidden = true;
  find("enrol").hidden = false;
  find("code").value = "";
  turnTo(find("heading"), word("authenticator.scan_heading"), word("site.name"));
  clearTimeout(over);
  over = setTimeout(() => beginAgain({ title: word("authenticator.over.title"), detail: word("authenticator.over.detail") }), Date.parse(offered.expires_at) - now());
}

function beginAgain(problem = null) {
  clearTimeout(over);
  find("qr").replaceChildren();
  find("secret").textContent = "";
  find("enrol").hidden = true;
  find("begin").hidden = false;
  turnTo(find("heading"), word("authenticator.heading"), word("site.name"));
  if (problem) showProblem(find("authenticator"), problem);
}

if (account.authenticator) {
  tell(find("has"), word("authenticator.has", { day: dayOf(account.authenticator.enrolled_at) }));
  find("has").hidden = false;
  find("go").textContent = word("authenticator.go_again");
  find("removal").hidden = isStaff(account.role);
}
if (account.role === "icegate_registrant") for (const id of ["removal-hint", "sure-text"]) find(id).textContent = word("authenticator.remove_hint_icegate");

readyForm(find("authenticator"), { heed, send: async () => enrol(await ask("POST", "/account/authenticator")) });
readyDigits(find("first-code"));
readyForm(find("first-code"), {
  async heed(problem) {
    await heed(problem);
    if (["code_expired", "flow_ended"].includes(problem.code)) beginAgain();
  },
  async send(values) {
    const { recovery_codes: codes } = await ask("POST", "/account/authenticator/confirm", values);
    clearTimeout(over);
    find("enrol").hidden = true;
    showCodes(codes, session.username, () => goOn("/account", word("authenticator.added")));
  },
});
find("again").addEventListener("click", () => beginAgain());

const sure = find("sure");
find("remove").addEventListener("click", () => sure.showModal());
find("sure-no").addEventListener("click", () => sure.close());
find("sure-yes").addEventListener("click", async () => {
  if (find("sure-yes").getAttribute("aria-disabled") === "true") return;
  const free = hold(find("sure-yes"));
  try {
    await ask("DELETE", "/account/authenticator");
    await goOn("/account", word("authenticator.removed"));
  } catch (problem) {
    if (problem.code === undefined) throw problem;
    sure.close();
    showProblem(find("authenticator"), problem);
  } finally {
    free();
  }
});
shown();
