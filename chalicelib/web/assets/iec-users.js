// Who may act for one's IEC, and what each role may do.
import { dayOf } from "./clock.js";
import { iecRoleName, linkOf, standingOf } from "./iec-words.js";
import { address, make, tell } from "./make.js";
import { open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, to, word } from "./words.js";

const RIGHTS = ["see", "prepare", "sign", "manage_users", "transfer"];

/** A user's name leads to what can be done: one deed a page. */
function nameOf(user) {
  const name = user.is_me ? word("iec_users.me", { name: user.name }) : user.name;
  return make("a", { href: to(`/iec/user#${encodeURIComponent(user.user_id)}`) }, name);
}

function statusOf(user, offered) {
  const told = make("span", {}, make("span", { class: `badge ${user.status}` }, standingOf(user)));
  if (offered.includes(user.user_id)) told.append(make("span", { class: "more" }, word("iec_users.offered")));
  return told;
}

function showUsers(users) {
  const offered = users.map((one) => one.offered_to).filter(Boolean);
  find("users").replaceChildren(
    ...users.map((user) =>
      row(find("table"), [nameOf(user), address(user.email), iecRoleName(user.role), statusOf(user, offered), tell(make("span"), linkOf(user)), tell(make("span"), dayOf(user.since))]),
    ),
  );
}

/** Who has no signature that counts can look, and is told what to do about it. */
function showNeed(me) {
  find("need").hidden = me.link !== null && !me.link.is_expired;
  if (find("need").hidden) return;
  find("need-heading").textContent = me.link ? word("iec_users.need_renewal") : word("iec_users.need_link");
  find("need-text").textContent = me.link ? word("iec_users.need_renewal_text") : word("iec_users.need_link_text");
  find("need-go").textContent = me.link ? word("iec_users.need_renewal_go") : word("iec_users.need_link_go");
  find("need-go").href = to(me.link ? "/iec/renew" : "/iec/link");
}

await open();
const { entity_name: entity, users, rights, may_give: mayGive } = await read("/iec/users");
const me = users.find((one) => one.is_me);
const offering = users.find((one) => one.offered_to === me.user_id);
find("entity").textContent = entity;
showNeed(me);
find("invite").hash = "invite";
find("invite").hidden = !mayGive.length || !find("need").hidden;
find("offer").hidden = !offering;
if (offering) {
  find("offer-heading").textContent = word("iec_users.offer", { name: offering.name });
  find("offer-go").hash = `${encodeURIComponent(offering.user_id)}/accept_ownership`;
  find("offer-go").closest("p").hidden = !find("need").hidden;
}
showUsers(users);
find("roles").replaceChildren(
  ...Object.keys(rights).map((role) =>
    row(find("rights"), [iecRoleName(role), ...RIGHTS.map((right) => (rights[role].includes(right) ? word("iec_users.yes") : word("iec_users.no")))]),
  ),
);
shown();
