// The registration under way: its token, where it stands, and which page belongs to that.
import { call, pause } from "./api.js";
import { forget, keep, kept, reloadIfKept } from "./keep.js";
import { askToTryAgain } from "./trouble.js";
import { find, page, to, word } from "./words.js";

const FLOW = "flow";
const STEPS = "/icegate/register";
const POLLS = 45;

const ENDS = ["flow_token_invalid", "registration_expired", "registration_superseded", "codes_exhausted"];
// The step was done already, perhaps in another tab: the registration itself says where to go on.
const ELSEWHERE = ["step_out_of_order", "codes_used", "registration_ended"];

/** Remembers a registration just begun or resumed. */
export function begin({ registration_id, flow_token, email, mobile, status }) {
  keep(FLOW, { registration_id, flow_token, email, mobile, status });
}

export const flow = () => kept(FLOW);
export const leaveFlow = () => forget(FLOW);

/** One request of this registration. */
export async function step(method, path = "", body = undefined, signal = undefined) {
  const { registration_id, flow_token } = flow();
  const view = await call(method, `/icegate/registrations/${encodeURIComponent(registration_id)}${path}`, { body, token: flow_token, signal });
  if (view.status) {
    // The contact of record is needed again when somebody thinks better of changing it.
    const record = alternate(view) ? {} : { email: view.email, mobile: view.mobile };
    keep(FLOW, { ...flow(), ...record, status: view.status });
  }
  return view;
}

const alternate = (view) => view.codes_for === "alternate";

/** The pages that make sense for a registration at this status; the first is where it goes by itself. */
export function pagesFor(view) {
  switch (view.status) {
    case "credentials_required":
      return ["credentials"];
    case "sending_codes":
    case "codes_not_sent":
    case "codes_sent":
    case "alternate_codes_sent":
      return alternate(view) || view.status === "alternate_codes_sent" ? ["alternate-codes", "alternate-contact", "verified"] : ["codes"];
    case "contact_verified":
      return ["verified", "alternate-contact"];
    case "registering":
    case "registered":
      return ["done"];
    default:
      return [];
  }
}

/** Goes to where the registration stands. The step just done leaves the history: Back never leads into a closed one. */
export function goOn(view) {
  location.replace(to(`${STEPS}/${pagesFor(view)[0]}`));
  return new Promise(() => {}); // the page is being left: the button stays busy
}

/** Called as a step's page opens, and when a step turns out to be past. Returns the registration's view when this page belongs to it, otherwise leaves or says why not. */
export async function open() {
  addEventListener("pageshow", reloadIfKept);
  if (!flow()) return showEnd({ code: "flow_token_invalid", title: word("refusal.flow_token_invalid.title"), detail: word("refusal.flow_token_invalid.detail") });
  for (;;) {
    try {
      const view = await step("GET");
      if (isOver(view)) return showEnd(overProblem(view));
      if (!pagesFor(view).includes(page)) return goOn(view);
      return view;
    } catch (problem) {
      if (ends(problem)) return showEnd(problem);
      await askToTryAgain(problem);
    }
  }
}

/** Asks again by Retry-After until `settled(view)`. Null when it takes too long. */
export async function poll(view, settled) {
  for (let count = 0; count < POLLS; count += 1) {
    if (settled(view)) return view;
    await pause(view.retryAfter);
    try {
      view = await step("GET");
    } catch (problem) {
      if (ends(problem)) return showEnd(problem);
      if (problem.status && problem.status < 500 && problem.status !== 429) throw problem;
    }
  }
  return null;
}

export const isOver = (view) => view.status === "expired" || view.status === "superseded";
export const ends = (problem) => ENDS.includes(problem.code);

/** The codes had their five tries: the same as the API's refusal of a sixth. */
export const exhausted = () => ({ code: "codes_exhausted", title: word("refusal.codes_exhausted.title"), detail: word("refusal.codes_exhausted.detail") });

/** Where a refusal is about the registration as a whole, leaves this page for the one that says so or goes on. */
export async function heed(problem) {
  if (problem.attemptsLeft === 0) await showEnd(exhausted());
  if (ends(problem)) await showEnd(problem);
  if (!ELSEWHERE.includes(problem.code)) return;
  await open();
  if (problem.code === "registration_ended") await showEnd(problem);
}

export function overProblem(view) {
  return view.status === "superseded"
    ? { code: "registration_superseded", title: word("refusal.registration_superseded.title"), detail: word("refusal.registration_superseded.detail") }
    : { code: "registration_expired", title: word("refusal.registration_expired.title"), detail: word("refusal.registration_expired.detail") };
}

/** Puts the end of the road in the page's place: what happened, and every way on from here. */
export function showEnd(problem) {
  const { code } = problem;
  // Whoever tried to change the contact may still finish with the one on record.
  const mayFinish = code === "codes_exhausted" && page === "alternate-codes";
  if (!mayFinish) leaveFlow();
  forget("typed:codes", "typed:alternate-codes", "typed:alternate-contact");
  document.querySelector("dialog[open]")?.close();
  const heading = document.createElement("h1");
  heading.textContent = problem.title;
  heading.tabIndex = -1;
  const lead = document.createElement("p");
  lead.className = "lead";
  lead.textContent = problem.detail;
  const actions = document.createElement("div");
  actions.className = "actions";
  const link = (kind, path, text) => {
    const made = document.createElement("a");
    made.className = kind;
    made.href = to(path);
    made.textContent = text;
    actions.append(made);
  };
  const registered = code === "registration_ended" || code === "registration_superseded";
  if (registered) link("go", "/sign-in", word("site.sign_in"));
  if (mayFinish) link("go", `${STEPS}/verified`, word("alternate_contact.back"));
  link(registered || mayFinish ? "quiet" : "go", STEPS, word("site.start_again"));
  if (code === "flow_token_invalid") link("quiet", `${STEPS}/resume`, word("site.have_codes"));
  find("main").replaceChildren(heading, lead, actions);
  document.querySelector(".steps")?.remove();
  document.title = `${problem.title} – ${word("site.name")}`;
  heading.focus();
  return new Promise(() => {}); // nothing more happens on this page
}
