// Whatever is to be signed: the document, the three ways to sign it, what the check found, and the way on.
// The same on /signing/answer, where an eSign provider's answer arrives: there the page waits for it first.
import { now, offline, pause } from "./api.js";
import { countdown } from "./clock.js";
import { hold, readyForm, showProblem } from "./form.js";
import { make, turnTo } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { goToProvider } from "./signing-esign.js";
import { bytesOf, checkFile, save, sha256, signatureIn } from "./signing-file.js";
import { purposeOf } from "./signing-purposes.js";
import { decisive, showReport } from "./signing-report.js";
import { askToTryAgain, sayNo } from "./trouble.js";
import { find, page, say, to, word } from "./words.js";

const WORKING = ["preparing_esign", "validating", "verified"];
const CAN_SIGN = ["awaiting_signature", "at_esign_provider"];
const ENDED = ["done", "refused", "cancelled", "expired"];
const SHORT = 60000; // ms: after that one is told that it takes long
const LONG = 10 * 60000; // and after that it is looked for when somebody asks
const SLOWLY = 15000;
const STEPS = ["file-step", "utility-step", "esign-step", "provider-step", "result-step"];
const QUESTIONS = {
  file: word("signing.file_question"),
  utility: word("signing.utility_question"),
  esign: word("signing.esign_question"),
  provider: word("signing.provider_question"),
};
const HEADINGS = { preparing_esign: word("signing.preparing_heading"), at_esign_provider: word("signing.answer_heading") };

const id = new URLSearchParams(location.search).get("signing");
const path = (rest = "") => `/signings/${encodeURIComponent(id)}${rest}`;
const question = find("heading").textContent;
const isAnswer = page === "signing-answer";
let signing = null;
let isFirst = true;
let utility = null; // loaded when somebody chooses it

const showUntil = countdown((time) => word("signing.until", { time }), timeIsOver);

// What is shown.

function turn(text) {
  if (isFirst) find("heading").textContent = text; // the page as it opens: nobody is taken anywhere
  else turnTo(find("heading"), text, word("site.name"));
}

/** Hides everything but `step` (an id, or null for the document and the choice). */
function only(step) {
  find("summary")?.remove();
  find("way-step").hidden = find("signing-way").hidden = step !== null;
  for (const one of STEPS) find(one).hidden = one !== step;
  find("checking").hidden = true;
  utility?.leave();
}

/** One way to sign, or (null) the document and the choice. */
function showWay(chosen) {
  const isToGoOn = chosen === "provider";
  only(chosen === null ? null : `${chosen}-step`);
  find("other-way").hidden = chosen === null || (signing.methods.length === 1 && isToGoOn);
  find("stop").hidden = chosen !== null;
  showUntil(signing.expires_at);
  turn(QUESTIONS[chosen] ?? question);
  if (chosen === "utility") startUtility();
}

async function startUtility() {
  try {
    const { readyUtility } = await import("./signing-utility-step.js");
    utility ??= readyUtility({ handIn });
  } catch {
    await askToTryAgain(offline());
    return startUtility();
  }
  return utility.start(signing);
}

function turnToWay(chosen) {
  history.pushState({ way: chosen }, "");
  showWay(chosen);
}

/** The page while something is being worked on. */
function showChecking(isLong) {
  const heading = HEADINGS[signing.status] ?? word("signing.checking_heading");
  if (find("checking").hidden || find("heading").textContent !== heading) {
    only("checking");
    find("other-way").hidden = find("stop").hidden = true;
    showUntil(null);
    find("checking").hidden = false;
    turn(heading);
  }
  say(find("checking-text"), isLong ? word("signing.checking_long") : word("signing.checking"));
}

/** What became of it. `actions` are links and buttons. */
function showResult(heading, lead, actions = [], { isOpen = false } = {}) {
  only("result-step");
  find("other-way").hidden = true;
  find("stop").hidden = !isOpen;
  showUntil(isOpen ? signing.expires_at : null);
  find("result-lead").textContent = lead;
  find("result-lead").classList.toggle("good", signing.status === "done");
  find("result-actions").replaceChildren(...actions);
  showReport(signing.report);
  turn(heading);
}

const link = (where, text, kind = "go") => make("a", { class: kind, href: to(where) }, text);

function button(text, act, kind = "go") {
  const made = make("button", { type: "button", class: kind }, text);
  made.addEventListener("click", act);
  return made;
}

/** Shows where the signing stands. */
function show() {
  const purpose = purposeOf(signing);
  const found = decisive(signing.report);
  if (signing.status === "done") return showResult(word("signing.done"), purpose.done, [link(purpose.on, purpose.go)]);
  if (signing.status === "awaiting_revocation") return showResult(word("signing.waits_heading"), word("signing.waits"), [link(purpose.on, purpose.go, "quiet")]);
  if (signing.status === "refused") {
    const heading = signing.why ? word("signing.ended_refused") : word("signing.refused_over");
    return showResult(heading, signing.why?.text ?? found?.text ?? "", [link(purpose.again, word("signing.start_again"))]);
  }
  if (signing.status === "cancelled") return showResult(word("signing.cancelled_heading"), word("signing.cancelled"), [link(purpose.on, purpose.go, "quiet")]);
  if (signing.status === "expired") return showExpired();
  if (signing.status === "at_esign_provider") return showWay("provider");
  if (signing.report) {
    const tries = signing.attempts_left === 1 ? word("signing.tries_one") : word("signing.tries", { count: signing.attempts_left });
    return showResult(word("signing.refused_heading"), `${found?.text ?? ""} ${tries}`.trim(), [button(word("signing.again"), () => turnToWay(null))], { isOpen: true });
  }
  return showWay(null);
}

function showExpired() {
  showResult(word("refusal.signing_expired.title"), word("refusal.signing_expired.detail"), [link(purposeOf(signing).again, word("signing.start_again"))]);
}

// Where it stands, and what changes it.

/** The countdown is at its end; what was handed in before may still be looked at. */
async function timeIsOver() {
  signing = await read(path());
  if (CAN_SIGN.includes(signing.status)) showExpired();
  else await settle();
}

/** Waits until nothing is worked on any more, then shows what came of it. */
async function settle(view = signing) {
  signing = view;
  const began = now();
  while (WORKING.includes(signing.status) || (isAnswer && signing.status === "at_esign_provider" && now() - began < SHORT)) {
    const isLong = now() - began > SHORT;
    showChecking(isLong);
    await pause(isLong ? SLOWLY : (signing.retryAfter ?? 1000));
    if (now() - began > LONG) await asked();
    signing = await read(path());
  }
  if (signing.status === "at_esign_provider" && signing.esign && isToGo) {
    isToGo = false;
    goToProvider(signing.esign);
    return;
  }
  history.replaceState(null, "");
  show();
  isFirst = false;
  if (signing.status === "awaiting_revocation") await waitForRevocation();
}

let isToGo = false; // the person has agreed to go to the provider, and the request is not ready yet

/** A button to look again, pressed. */
function asked() {
  return new Promise((again) => {
    const one = button(word("signing.look_again"), () => (one.remove(), again()), "quiet");
    find("checking").after(one);
  });
}

async function waitForRevocation() {
  const began = now();
  while (signing.status === "awaiting_revocation") {
    await pause(Math.max(SLOWLY, signing.retryAfter ?? 0));
    if (now() - began > LONG) return;
    signing = await read(path());
  }
  await settle();
}

/** A request that changes the signing; a refusal that says it is over shows how it ended. */
async function changed(method, rest, body) {
  try {
    return await ask(method, path(rest), body);
  } catch (problem) {
    if (["signing_expired", "signing_ended", "signature_attempts_exhausted"].includes(problem.code)) {
      signing = await read(path());
      if (CAN_SIGN.includes(signing.status)) signing.status = "expired";
      await settle();
      return null;
    }
    throw problem;
  }
}

async function handIn(signature) {
  const view = await changed("PUT", "/signature", { signature });
  if (view) await settle(view);
}

async function begin(values) {
  isToGo = true;
  const view = await changed("POST", "/esign", values);
  if (view) await settle(view);
}

async function cancel() {
  if (find("cancel").getAttribute("aria-disabled") === "true") return;
  const free = hold(find("cancel"));
  try {
    const view = await changed("DELETE", "");
    if (view) await settle(view);
  } catch (problem) {
    if (problem.code === undefined) throw problem;
    showProblem(find("signing-way"), problem);
  } finally {
    free();
  }
}

// The page.

find("language").search = location.search;
await open();
if (!id) await sayNo({ title: word("signing.lost"), detail: word("signing.lost_detail") });
signing = await read(path());
find("purpose").textContent = purposeOf(signing).name;
// Its language is that of its first line: whoever switches the page's language still signs the same document.
find("document").lang = /[\u0900-\u097f]/.test(signing.document.split("\n", 1)[0]) ? "hi" : "en";
find("document").textContent = signing.document;
find("document-sha256").textContent = signing.document_sha256;
const own = await sha256(bytesOf(signing.document));
if (own && own !== signing.document_sha256) await sayNo({ title: word("signing.damaged"), detail: word("signing.damaged_detail") });
find("save").addEventListener("click", () => {
  save(signing.document, signing.file_name);
  say(find("saved"), word("signing.file_saved", { file: signing.file_name }));
});
for (const [method, ways] of Object.entries({ dsc: ["file", "utility"], esign: ["esign"] })) {
  for (const one of ways) find(`way-${one}`).closest(".choice").hidden = !signing.methods.includes(method);
}
readyForm(find("signing-way"), { heed, send: async (values) => turnToWay(values.way) });
readyForm(find("signing-file"), {
  heed,
  check: () => checkFile(find("signature").files[0]),
  send: async () => handIn(await signatureIn(find("signature").files[0], signing.document)),
});
readyForm(find("signing-esign"), { heed, send: begin });
find("provider-go").addEventListener("click", () => goToProvider(signing.esign));
find("other-way").addEventListener("click", () => turnToWay(null));
find("cancel").addEventListener("click", cancel);
addEventListener("popstate", ({ state }) => {
  if (!ENDED.includes(signing.status)) state ? showWay(state.way) : show();
});
shown();
await settle();
