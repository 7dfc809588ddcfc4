import { hold } from "./form.js";
import { make } from "./make.js";
import { roleName } from "./roles.js";
import { ask, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { askToTryAgain } from "./trouble.js";
import { find, say, to, word } from "./words.js";

const HEADINGS = {
  official_email: word("lacking.official_email_heading"),
  fresh_mobile: word("lacking.fresh_mobile_heading"),
  authenticator: word("lacking.authenticator_heading"),
  training: word("lacking.training_heading"),
};
const session = await open();
const administers = session.role === "administrator";

async function remind(button, authority, what) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const free = hold(button);
  try {
    const { reminded } = await ask("POST", "/staff/reminders", { authority, what });
    const told = reminded === 0 ? word("readiness.reminded_none") : reminded === 1 ? word("readiness.reminded_one") : word("readiness.reminded", { count: reminded });
    say(button.parentElement.querySelector(".answer"), told, reminded ? "good" : "");
  } catch (problem) {
    askToTryAgain(problem).then(() => button.click());
  } finally {
    free();
  }
}

function lacks(authority, what, members) {
  const section = make("section", { class: "record", "aria-labelledby": `lacks-${what}` }, make("h3", { id: `lacks-${what}` }, HEADINGS[what]));
  if (!members.length) {
    section.append(make("p", { class: "good" }, word("readiness.nobody_lacks")));
    return section;
  }
  const label = members.length === 1 ? word("readiness.remind_one") : word("readiness.remind", { count: members.length });
  const button = make("button", { type: "button", class: "quiet", "data-busy": word("readiness.remind_busy") }, label);
  button.addEventListener("click", () => remind(button, authority, what));
  section.append(
    make("ul", { class: "people" }, ...members.map((member) => make("li", {}, make("a", { href: to(`/staff/member#${member.account_id}`) }, member.name), make("span", { class: "more" }, roleName(member.role))))),
    make("div", {}, button, make("p", { class: "answer", role: "status" })),
  );
  return section;
}

function showOne({ authority, total, ready, lacking }) {
  find("one-heading").textContent = authority.name;
  find("figure").textContent = word("readiness.of", { ready, total });
  find("all-ready").hidden = total === 0 || ready < total;
  find("lacks").hidden = find("remind-hint").hidden = total === 0 || ready === total;
  find("lacks").replaceChildren(...Object.keys(HEADINGS).map((what) => lacks(authority.code, what, lacking[what])));
}

function showOverview(authorities) {
  const table = find("overview").querySelector("table");
  const link = (one) => make("a", { href: `#${encodeURIComponent(one.authority.code)}` }, one.authority.name);
  const kinds = Object.keys(HEADINGS);
  const cells = (one) => (one.total ? [word("readiness.of", { ready: one.ready, total: one.total }), ...kinds.map((what) => String(one[what]))] : [word("readiness.no_staff"), ...kinds.map(() => "")]);
  // Where nobody works there is nothing to do: those come last.
  const ordered = [...authorities].sort((one, other) => Boolean(other.total) - Boolean(one.total));
  find("authorities").replaceChildren(...ordered.map((one) => row(table, [link(one), ...cells(one)])));
}

/** What the fragment names: one Regional Authority, or for administrators all of them. */
async function show() {
  const code = decodeURIComponent(location.hash.slice(1));
  const all = administers && !code;
  const found = await read(code ? `/staff/readiness?authority=${encodeURIComponent(code)}` : "/staff/readiness");
  if (all) showOverview(found.authorities);
  else showOne(found);
  find("overview").hidden = !all;
  find("one").hidden = all;
  find("back").hidden = !administers;
  find("language").hash = location.hash;
}

addEventListener("hashchange", async () => {
  if (location.hash === "#main") return;
  await show();
  find(find("one").hidden ? "overview-heading" : "one-heading").focus();
});
await show();
shown();
