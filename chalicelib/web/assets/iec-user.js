// One user of one's IEC, or one deed with regard to them. Which one stands in the fragment: `invite`, `<user id>`, `<user id>/<change>`.
import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { deedOf } from "./iec-deeds.js";
import { iecRoleName, linkOf, standingOf } from "./iec-words.js";
import { forget } from "./keep.js";
import { address, make, tell } from "./make.js";
import { ask, goOn, goTo, heed, open, read, shown } from "./signed-in.js";
import { sayNo } from "./trouble.js";
import { find, to, word } from "./words.js";

const [wanted, change] = location.hash === "#invite" ? [null, "invite"] : location.hash.slice(1).split("/").map(decodeURIComponent);

/** To whom this user offers their ownership. */
const takerOf = (user) => users.find((one) => one.user_id === user?.offered_to);

function call(text) {
  find("heading").textContent = text;
  document.title = `${text} – ${word("site.name")}`;
}

function showPerson(user) {
  const fact = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
  find("facts").replaceChildren(
    fact(word("iec_users.name"), user.is_me ? word("iec_users.me", { name: user.name }) : user.name),
    fact(word("iec_users.email"), address(user.email)),
    fact(word("iec_users.role"), iecRoleName(user.role)),
    fact(word("iec_users.status"), make("span", { class: `badge ${user.status}` }, standingOf(user))),
    fact(word("iec_users.link"), tell(make("span"), linkOf(user))),
    fact(word("iec_users.since"), tell(make("span"), dayOf(user.since))),
  );
  find("person").hidden = false;
}

/** What can be done with regard to the user: each a page of its own. */
function showChoice(user, me) {
  call(user.is_me ? word("iec_users.me", { name: user.name }) : user.name);
  const hasSignature = me.link !== null && !me.link.is_expired;
  const changes = hasSignature ? user.may : [];
  let why = "";
  if (!hasSignature) why = me.link ? word("iec_users.need_renewal_text") : word("iec_users.need_link_text");
  else if (user.is_me && !user.may.includes("leave")) why = word("iec_user.last_owner");
  else if (!changes.length) why = word("iec_user.nothing");
  find("nothing").hidden = !why;
  find("nothing").textContent = why;
  find("deeds").replaceChildren(
    ...changes.map((one) => {
      const deed = deedOf(one, user, takerOf(user));
      const link = make("a", { class: "quiet", href: `${to("/iec/user")}#${encodeURIComponent(user.user_id)}/${one}` }, deed.name);
      return make("li", {}, link, make("p", { class: "hint" }, deed.text));
    }),
  );
  find("choice").hidden = false;
}

function showDeed(user, mayGive) {
  const deed = deedOf(change, user, takerOf(user));
  const form = find("iec-change");
  call(deed.question);
  find("follows").textContent = deed.text;
  for (const id of ["of-name", "of-email"]) find(id).hidden = change !== "invite";
  const asksRole = change === "invite" || change === "change_role";
  find("role").hidden = !asksRole;
  for (const input of form.querySelectorAll("[name=role]")) if (!mayGive.includes(input.value) || (change === "change_role" && input.value === user.role)) input.closest(".choice").remove();
  // What was typed belongs to this deed and to nobody else.
  form.id = `iec-${change}${user ? `-${user.user_id}` : ""}`;
  form.hidden = false;
  readyForm(form, {
    heed,
    async send(values) {
      const { signing_id: id } = await ask("POST", "/iec/user-changes", { change, ...(user && !user.is_me ? { user_id: user.user_id } : {}), ...values });
      forget(`typed:${form.id}`, "typed:signing-way");
      await goTo(`/signing?signing=${encodeURIComponent(id)}`);
    },
  });
}

addEventListener("hashchange", () => {
  if (location.hash !== "#main") location.reload();
});
find("language").hash = location.hash;
await open();
const { entity_name: entity, users, may_give: mayGive } = await read("/iec/users");
const me = users.find((one) => one.is_me);
const user = users.find((one) => one.user_id === wanted);
find("entity").textContent = entity;
if (!user && change !== "invite") await goOn("/iec/users");
if (change && !(user ? user.may.includes(change) : mayGive.length)) await sayNo({ title: word("iec_user.gone"), detail: word("iec_user.gone_text") });
if (user) showPerson(user);
if (change) showDeed(user, mayGive);
else showChoice(user, me);
shown();
