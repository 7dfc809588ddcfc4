// Profile and security at a glance: what there is, and the way to change each.
import { now } from "./api.js";
import { dayAndTime, dayOf } from "./clock.js";
import { hold } from "./form.js";
import { forget, keep, kept } from "./keep.js";
import { address, make, spaced, tell } from "./make.js";
import { isStaff, roleName } from "./roles.js";
import { ask, goOn, open, read, shown } from "./signed-in.js";
import { askToTryAgain } from "./trouble.js";
import { find, say, to, word } from "./words.js";

const FEW = 3;
const session = await open();
let account = await read("/account");
const staff = isStaff(account.role);

function put(id, text) {
  tell(find(`account-${id}`), text);
}

/** A request behind a button; what goes wrong is told, and the button may be pressed again. */
async function pressed(button, request) {
  if (button.getAttribute("aria-disabled") === "true") return null;
  const free = hold(button);
  try {
    return await request();
  } catch (problem) {
    askToTryAgain(problem).then(() => button.click());
    return null;
  } finally {
    free();
  }
}

function showPerson() {
  // ICEGATE keeps the name of its registrants as it is on record.
  for (const row of ["row-name", "row-language"]) find(row).querySelector(".do").hidden = account.role === "icegate_registrant";
  put("name", account.name);
  put("language", account.language === "hi" ? word("account.language_hi") : word("account.language_en"));
  put("username", account.username);
  put("role", roleName(account.role));
  put("since", dayOf(account.created_at));
  find("row-authority").hidden = !account.authority;
  if (account.authority) put("authority", account.authority.name);
  find("row-training").hidden = !staff;
  find("do-training").hidden = Boolean(account.training_acknowledged_at);
  put("training", account.training_acknowledged_at ? word("account.training_done", { day: dayOf(account.training_acknowledged_at) }) : word("account.training_not"));
}

function showReach() {
  find("account-email").replaceChildren(address(account.email));
  put("mobile", spaced(account.mobile));
  const told = [];
  if (account.mobile_confirmed_at) told.push(word("account.confirmed_at", { day: dayOf(account.mobile_confirmed_at) }));
  if (account.mobile_confirm_by) told.push(word("account.confirm_by", { day: dayOf(account.mobile_confirm_by) }));
  put("mobile-at", told.join(", "));
}

function showSignIn() {
  const { authenticator, recovery_codes_left: left } = account;
  put("authenticator", authenticator ? word("account.authenticator_since", { day: dayOf(authenticator.enrolled_at) }) : word("account.authenticator_none"));
  find("do-authenticator").textContent = authenticator ? word("account.change") : word("account.add");
  put("recovery-codes", !authenticator ? word("account.codes_later") : left ? word("account.codes_left", { count: left }) : word("account.codes_none"));
  find("do-recovery-codes").hidden = !authenticator;
}

function showBrowsers() {
  const browsers = account.trusted_browsers;
  find("account-browsers-none").hidden = browsers.length > 0;
  // ICEGATE asks for a code only where there is an authenticator app.
  const asked = account.role !== "icegate_registrant" || account.authenticator;
  put("browsers-none", asked ? word("account.browsers_none") : word("account.browsers_none_icegate"));
  find("account-browsers").replaceChildren(
    ...browsers.map((browser) => {
      const device = browser.device || word("account.unknown_device");
      const button = make("button", { type: "button", class: "quiet small", "aria-label": word("account.forget_named", { device }) }, word("account.forget"));
      button.addEventListener("click", () => forgetBrowser(button, browser, device));
      const told = tell(make("span", { class: "more" }), word("account.browser_until", { since: dayOf(browser.since), until: dayOf(browser.until) }));
      return make("li", {}, make("span", {}, device, told), button);
    }),
  );
}

async function forgetBrowser(button, browser, device) {
  const done = await pressed(button, async () => {
    await ask("DELETE", `/account/trusted-browsers/${encodeURIComponent(browser.browser_id)}`);
    return true;
  });
  if (!done) return;
  account = await read("/account");
  showBrowsers();
  say(find("browsers-status"), word("account.forgotten", { device }), "good");
  find("browsers-status").focus();
}

function showTodo() {
  const todo = [];
  if (staff && !account.authenticator) todo.push(["/account/authenticator", word("account.todo_authenticator")]);
  if (staff && session.missing && account.mobile_confirm_by && Date.parse(account.mobile_confirm_by) <= now()) todo.push(["/account/mobile", word("account.todo_mobile")]);
  if (staff && !account.training_acknowledged_at) todo.push(["/account/training", word("account.todo_training")]);
  if (account.authenticator && account.recovery_codes_left < FEW) todo.push(["/account/recovery-codes", word("account.todo_codes")]);
  find("todo").hidden = !todo.length;
  find("todo-list").replaceChildren(...todo.map(([path, text]) => make("li", {}, make("a", { href: to(path) }, text))));
}

function showPending() {
  const pending = account.pending_mobile;
  find("pending").hidden = !pending;
  if (!pending) return;
  tell(find("pending-text"), word("account.pending_text", { time: dayAndTime(pending.effective_at), mobile: pending.mobile }));
  const button = find("pending-cancel");
  button.addEventListener("click", () =>
    pressed(button, async () => {
      await ask("DELETE", `/account/contact-changes/${encodeURIComponent(pending.flow_id)}`);
      await goOn("/account", word("account.pending_cancelled"));
    }),
  );
}

async function download() {
  keep("download", true); // the second factor may be asked for first: then it goes on from here by itself
  const answer = await ask("GET", "/account/data");
  forget("download");
  delete answer.retryAfter; // of the request, not of the data
  const file = `pravesh-${dayOf(new Date(now()).toISOString())}.json`;
  const address = URL.createObjectURL(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }));
  make("a", { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  say(find("download-status"), word("account.downloaded", { file }), "good");
}

showPerson();
showReach();
showSignIn();
showBrowsers();
showTodo();
showPending();
find("account-consent").hidden = !account.consent;
if (account.consent) tell(find("consent-text"), word("account.consent", { day: dayOf(account.consent.at), version: account.consent.version }));
find("row-close").hidden = !account.may_close && account.role !== "importer_exporter";
find("download").addEventListener("click", () => pressed(find("download"), download));
shown();

if (kept("download")) {
  forget("download");
  if (Date.parse(session.fresh_until) > now()) {
    find("download").focus();
    find("download").click();
  }
}
