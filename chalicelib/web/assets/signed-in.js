// Pages for signed-in people. How one is made:
//
// 1. `pages/<name>.html`, with `signed_in: yes` in its head (and `crumbs: home, account, …`, whose texts are `crumb.<name>`; what
//    leads somewhere is in rendering._CRUMB_PATHS), and a line in rendering.PAGES, added together with the file. What is to be
//    filled in first stands in `<div id="loaded" hidden>`, beside `<p class="busy" id="loading" role="status">…</p>`.
// 2. Its script:
//
//      import { ask, heed, open, read, shown } from "./signed-in.js";
//      const session = await open();           // or open({ fresh: true }), where what it does asks for a fresh second factor
//      const account = await read("/account"); // a GET; when it cannot be had, a button tries again
//      …fill in…
//      shown();                                // #loading goes, #loaded comes
//      readyForm(find("name"), { heed, send: async (values) => { await ask("PUT", "/account/profile", values); return goTo("/account", word("…")); } });
//
// No session, or one that is over: to the sign-in page, which says so and comes back here. The second factor is missing: to its page.
// It is no longer fresh: to /check, and back; what was typed is still here (passwords never are: open such a page with
// `fresh: true`, so that /check comes before anything is typed). Staff who lack an authenticator or a fresh mobile: to the page
// where they put that in order; the page shows why, if it has an element `#why`. /check ends with `goBack()`.
import { call, now } from "./api.js";
import { duration } from "./clock.js";
import { hold } from "./form.js";
import { forget, forgetAll, keep, kept, reloadIfKept } from "./keep.js";
import { askToTryAgain, sayNo } from "./trouble.js";
import { base, find, language, page, to, word } from "./words.js";

const WARN = 2 * 60000; // ms before the session ends for want of use
const IDLE_AT_LEAST = 14 * 60000; // the server ends it after 15 minutes, and counts only whole ones
const ENOUGH = 3 * 60000; // so long a second factor must still be fresh for a form to be filled in

let whole = 0; // when the session ends whatever happens
let idle = 0; // when it ends if nothing happens

/** This page, to come back to: its path without the language, which may have been switched meanwhile. */
const here = () => location.pathname.slice(`${base}/${language}`.length) + location.search + location.hash;

/** Leaves for another page; nothing after it happens. `why` is a text that #why there shows. */
export function goTo(path, why = null) {
  if (why) keep("why", why);
  location.assign(to(path));
  return new Promise(() => {});
}

/** As `goTo`, but this page leaves the history. */
export function goOn(path, why = null) {
  if (why) keep("why", why);
  location.replace(to(path));
  return new Promise(() => {});
}

/** Goes to the page that somebody was sent away from, or to `otherwise`. */
export function goBack(otherwise = "/home") {
  const back = kept("back") ?? otherwise;
  forget("back");
  return goOn(back);
}

/** Shows in #why why somebody was sent to this page, once. */
export function showWhy() {
  const why = kept("why");
  forget("why");
  if (!why || !find("why")) return;
  find("why").hidden = false;
  find("why").textContent = why;
}

/** After the answer to a password: on to the second factor, or in. */
export function arrive(answer) {
  forget("typed:sign-in");
  if (answer.status === "second_factor_required") return goTo("/sign-in/second-factor");
  claim(answer.username);
  const back = kept("back") ?? "/home";
  forget("back");
  return goTo(back);
}

/** What the tab holds of somebody else is forgotten: where they were, and what they typed. */
function claim(username) {
  if ((kept("who") ?? username) !== username) forgetAll();
  keep("who", username);
}

function toSignIn(why) {
  // Whose session ends while they show who they are goes back to where they came from, not to the check.
  if (page !== "check") keep("back", here());
  return goOn("/sign-in", why);
}

/** Where a refusal is about the session and not about what was sent, leaves for the page that puts it right. For `readyForm`, too. */
export async function heed(problem) {
  switch (problem.code) {
    case "session_expired":
    case "session_required":
      return toSignIn(problem.detail);
    case "second_factor_required":
      keep("back", here());
      return goOn("/sign-in/second-factor");
    case "step_up_required":
      keep("back", here());
      return goOn("/check");
    case "authenticator_required":
      return goOn("/account/authenticator", problem.detail);
    case "mobile_confirmation_required":
      return goOn("/account/mobile", problem.detail);
    default:
      return undefined;
  }
}

/** One request of a signed-in person. Throws the `Problem` that is about what was sent. */
export async function ask(method, path, body = undefined) {
  try {
    const answer = await call(method, path, { body });
    if (whole) until(whole, Math.max(idle, now() + IDLE_AT_LEAST));
    return answer;
  } catch (problem) {
    if (problem.code !== undefined) await heed(problem);
    throw problem;
  }
}

/** A GET without which the page is nothing: what goes wrong is told, with a button to try again where that can help. */
export async function read(path) {
  for (;;) {
    try {
      return await ask("GET", path);
    } catch (problem) {
      if (problem.status === 403 || problem.status === 404) await sayNo(problem);
      await askToTryAgain(problem);
    }
  }
}

/** Called first on the page. Returns the session (GET /sessions/current), or leaves. `fresh`: its second factor must be fresh. `half`: the password alone will do. */
export async function open({ fresh = false, half = false } = {}) {
  addEventListener("pageshow", reloadIfKept);
  const session = await read("/sessions/current");
  claim(session.username);
  if (session.level === "password" && !half) await heed({ code: "second_factor_required" });
  if (fresh && !(Date.parse(session.fresh_until) - now() > ENOUGH)) await heed({ code: "step_up_required" });
  showWhy();
  if (session.level !== "password") watch(session); // the ten minutes of a second factor are told beside its code
  readySignOut();
  return session;
}

/** Shows the page that was filled in. */
export function shown() {
  find("loading")?.remove();
  find("loaded").hidden = false;
}

function readySignOut() {
  const button = find("sign-out");
  if (!button) return;
  button.disabled = false;
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    const free = hold(button);
    await signOut().finally(free);
  });
}

/** Ends the session, forgets everything in this tab, and goes to the sign-in page. */
export async function signOut() {
  for (;;) {
    try {
      await call("DELETE", "/sessions/current");
      forgetAll();
      return goOn("/sign-in", word("sign_in.signed_out"));
    } catch (problem) {
      await askToTryAgain(problem);
    }
  }
}

// The session's end is told before it comes. Only the server knows it: another tab may have used the session since.
let timer;
function until(wholeEnd, idleEnd) {
  whole = wholeEnd;
  idle = Math.min(idleEnd, wholeEnd);
  find("ending")?.remove();
  clearTimeout(timer);
  timer = setTimeout(warn, Math.max(0, idle - now() - WARN));
}

const watch = (session) => until(Date.parse(session.expires_at), Date.parse(session.idle_expires_at));

function warn() {
  const box = document.createElement("div");
  box.className = "notice";
  box.id = "ending";
  box.setAttribute("role", "alert");
  const told = document.createElement("p");
  const time = duration(idle - now());
  told.textContent = idle < whole ? word("site.ending", { time }) : word("site.ending_whole", { time });
  box.append(told);
  if (idle < whole) {
    const stay = document.createElement("button");
    stay.type = "button";
    stay.className = "quiet";
    stay.textContent = word("site.stay");
    stay.addEventListener("click", async () => {
      find("main").focus();
      watch(await read("/sessions/current"));
    });
    box.append(stay);
  }
  find("main").prepend(box);
  timer = setTimeout(async () => watch(await read("/sessions/current")), Math.max(0, idle - now()) + 5000);
}
