import { dayOf } from "./clock.js";
import { hold, showProblem } from "./form.js";
import { address, make, tell } from "./make.js";
import { memberId, memberPath, openMember } from "./member.js";
import { roleName } from "./roles.js";
import { ask, open, read, shown } from "./signed-in.js";
import { lackingOf, statusName } from "./staff-words.js";
import { find, to, word } from "./words.js";

const session = await open();
const own = await read("/account");
let member = await openMember();

function fact(name, value) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, value));
}

const dayOr = (at, otherwise) => (at ? dayOf(at) : otherwise);

async function showFacts() {
  const taker = member.work_goes_to ? (await read(`/staff/${encodeURIComponent(member.work_goes_to)}`)).name : word("member.self");
  const confirmed = member.mobile_confirmed_at ? word("member.mobile_at", { day: dayOf(member.mobile_confirmed_at) }) : word("member.mobile_never");
  const away = member.status === "suspended" || member.status === "departed";
  const facts = [
    fact(word("staff.status"), make("span", { class: `badge ${member.status}` }, statusName(member.status))),
    fact(word("staff.role"), roleName(member.role)),
    fact(word("staff.authority"), member.authority.name),
    fact(word("label.email"), address(member.email)),
    fact(word("label.mobile"), make("span", {}, member.mobile, tell(make("span", { class: "more" }), confirmed))),
  ];
  if (member.status === "invited") facts.push(fact(word("member.invitation"), word("member.invitation_until", { day: dayOf(member.invitation_expires_at) })));
  else {
    facts.push(
      fact(word("member.joined"), dayOr(member.joined_at, word("member.not_joined"))),
      fact(word("member.authenticator"), member.has_authenticator ? word("member.yes") : word("member.no")),
      fact(word("member.training"), dayOr(member.training_acknowledged_at, word("member.no"))),
      fact(word("staff.lacks"), lackingOf(member)),
    );
  }
  if (member.status_reason) facts.push(fact(word("member.reason"), member.status_reason));
  if (away) facts.push(fact(word("member.work"), taker));
  find("facts").replaceChildren(...facts);
}

/** A deed that asks for more has a page of its own; the others are asked about here. */
const PAGES = {
  suspend: ["/staff/suspension", word("member.suspend"), word("member.suspend_note")],
  post: ["/staff/post", word("member.post"), word("member.post_note")],
  departure: ["/staff/departure", word("member.departure"), word("member.departure_note")],
  withdraw: ["/staff/departure", word("member.withdraw"), word("member.withdraw_note")],
};
const QUESTIONS = {
  reactivate: {
    path: "/reactivation",
    name: word("member.reactivate"),
    note: word("member.reactivate_note"),
    sure: (name) => word("member.reactivate_sure", { name }),
    text: word("member.reactivate_text"),
    done: (name) => word("member.done_reactivate", { name }),
  },
  reset: {
    path: "/authenticator-reset",
    name: word("member.reset"),
    note: word("member.reset_note"),
    sure: (name) => word("member.reset_sure", { name }),
    text: word("member.reset_text"),
    done: (name) => word("member.done_reset", { name }),
  },
  again: {
    path: "/invitation",
    name: word("member.again"),
    note: word("member.again_note"),
    sure: (name) => word("member.again_sure", { name }),
    text: word("member.again_text"),
    done: (name) => word("member.done_again", { name }),
  },
};
const DEEDS = {
  invited: ["again", "withdraw"],
  active: ["post", "suspend", "departure", "reset"],
  suspended: ["reactivate", "post", "departure", "reset"],
  departed: [],
};

function deed(name) {
  if (name in PAGES) {
    const [path, label, note] = PAGES[name];
    return make("li", {}, make("a", { class: "quiet", href: `${to(path)}#${encodeURIComponent(memberId())}` }, label), make("p", { class: "hint" }, note));
  }
  const { name: label, note } = QUESTIONS[name];
  const button = make("button", { type: "button", class: "quiet" }, label);
  button.addEventListener("click", () => askSure(name));
  return make("li", {}, button, make("p", { class: "hint" }, note));
}

function showDeeds() {
  let why = "";
  if (session.role !== "administrator") why = word("member.nothing");
  else if (own.email === member.email) why = word("member.oneself");
  else if (member.status === "departed") why = word("member.departed");
  find("nothing").hidden = !why;
  find("nothing").textContent = why;
  const names = why ? [] : DEEDS[member.status].filter((name) => name !== "reset" || member.has_authenticator);
  find("deeds").replaceChildren(...names.map(deed));
}

const sure = find("sure");
let asked = null;
function askSure(name) {
  asked = QUESTIONS[name];
  find("sure-heading").textContent = asked.sure(member.name);
  find("sure-text").textContent = asked.text;
  sure.showModal();
}
find("sure-no").addEventListener("click", () => sure.close());
find("sure-yes").addEventListener("click", async () => {
  if (find("sure-yes").getAttribute("aria-disabled") === "true") return;
  const free = hold(find("sure-yes"));
  try {
    await ask("POST", memberPath(asked.path));
    sure.close();
    member = await openMember();
    await show();
    find("why").hidden = false;
    find("why").textContent = asked.done(member.name);
    find("why").focus();
  } catch (problem) {
    if (problem.code === undefined) throw problem;
    sure.close();
    showProblem(find("no-fields"), problem);
  } finally {
    free();
  }
});

async function show() {
  await showFacts();
  showDeeds();
}

addEventListener("hashchange", () => {
  if (location.hash !== "#main") location.reload();
});
await show();
shown();
