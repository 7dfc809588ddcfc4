// A short journey that rests on two codes and its own token: signing up, setting a new password, joining the staff.
// Its pages know here where it stands, go to the page that belongs to that, and say so when it is over.
import { Problem, call, now, pause } from "./api.js";
import { forget, keep, kept, reloadIfKept } from "./keep.js";
import { askToTryAgain } from "./trouble.js";
import { find, to, word } from "./words.js";

const ENDS = ["flow_token_invalid", "code_expired", "registration_expired", "codes_exhausted", "flow_ended"];
// The step was done already, perhaps in another tab or by a request whose answer was lost.
const ELSEWHERE = ["step_out_of_order", "codes_used", "registration_ended"];
const POLLS = 45;

/**
 * `name`: under which the tab keeps it. `api`: its collection's path, and `id` the member of an answer that names it there.
 * `pages`: the page of each status, `start` the page that begins one. `isRead`: whether GET tells where it stands.
 * `ways`: [[path, text], …], what else one may do when it is over. `failed`: [title, detail] for one that ended before its time.
 */
export function journey({ name, api, id, start, pages, isRead = false, ways = [], failed = null }) {
  const held = () => kept(name);

  /** Remembers one that has just begun or been taken up again, with what is known of it. */
  const begin = (view) => keep(name, view);

  /** One request of this journey. What it answers about where it stands is remembered. */
  async function step(method, path = "", body = undefined) {
    const { [id]: which, flow_token: token } = held();
    const view = await call(method, `${api}/${encodeURIComponent(which)}${path}`, { body, token });
    if (view?.status) keep(name, { ...held(), ...view });
    return view;
  }

  const pageOf = (view) => pages[view.status];

  /** Goes to where it stands. The step just done leaves the history: Back never leads into a closed one. */
  function goOn(view = held()) {
    location.replace(to(pageOf(view)));
    return new Promise(() => {});
  }

  /** Called as a page opens. Returns what is known of the journey where this page belongs to it; otherwise leaves or says why not. */
  async function open() {
    addEventListener("pageshow", reloadIfKept);
    if (!held()) return showEnd({ code: "flow_token_invalid" });
    for (;;) {
      try {
        const view = isRead ? { ...held(), ...(await step("GET")) } : held();
        if (!pageOf(view)) return showEnd({ code: view.status });
        if (!location.pathname.endsWith(pageOf(view))) return goOn(view);
        return view;
      } catch (problem) {
        if (ENDS.includes(problem.code)) return showEnd(problem);
        await askToTryAgain(problem);
      }
    }
  }

  /** Asks again by Retry-After until `settled(view)`. Null when it takes too long. */
  async function poll(view, settled) {
    for (let count = 0; count < POLLS; count += 1) {
      if (settled(view)) return view;
      await pause(view.retryAfter ?? 1000);
      try {
        view = await step("GET");
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (ENDS.includes(problem.code)) return showEnd(problem);
      }
    }
    return null;
  }

  /** Where a refusal is about the journey as a whole, leaves this page for the one that says so or goes on. For `readyForm`. */
  async function heed(problem) {
    if (problem.attemptsLeft === 0) await showEnd({ code: "codes_exhausted" });
    if (ENDS.includes(problem.code)) await showEnd(problem);
    if (ELSEWHERE.includes(problem.code) && isRead) await open();
  }

  /** Puts the end of the road in the page's place: what happened, and every way on from here. */
  function showEnd({ code }) {
    const isEarly = Date.parse(held()?.expires_at) > now();
    forget(name);
    const told = {
      flow_token_invalid: [word("journey.lost.title"), word("journey.lost.detail")],
      codes_exhausted: [word("refusal.codes_exhausted.title"), word("refusal.codes_exhausted.detail")],
      flow_ended: [word("refusal.flow_ended.title"), word("refusal.flow_ended.detail")],
    };
    const [title, detail] = told[code] ?? (isEarly && failed ? failed : [word("journey.late.title"), word("journey.late.detail")]);
    const heading = document.createElement("h1");
    heading.textContent = title;
    heading.tabIndex = -1;
    const lead = document.createElement("p");
    lead.className = "lead";
    lead.textContent = detail;
    const actions = document.createElement("div");
    actions.className = "actions";
    for (const [path, text] of [[start, word("site.start_again")], ...ways]) {
      const link = document.createElement("a");
      link.className = path === start ? "go" : "quiet";
      link.href = to(path);
      link.textContent = text;
      actions.append(link);
    }
    find("main").replaceChildren(heading, lead, actions);
    document.querySelector(".steps")?.remove();
    document.title = `${title} – ${word("site.name")}`;
    heading.focus();
    return new Promise(() => {}); // nothing more happens on this page
  }

  return { begin, goOn, heed, held, open, poll, showEnd, step };
}
