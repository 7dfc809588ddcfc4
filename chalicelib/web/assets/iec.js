// One's IEC: how one is linked, until when, and what one may do.
import { now } from "./api.js";
import { dayOf } from "./clock.js";
import { linkFacts } from "./iec-facts.js";
import { make, tell } from "./make.js";
import { open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

const RIGHTS = {
  see: word("iec.right_see"),
  prepare: word("iec.right_prepare"),
  sign: word("iec.right_sign"),
  manage_users: word("iec.right_manage_users"),
  transfer: word("iec.right_transfer"),
};

const isOver = (link) => Boolean(link) && (link.is_expired || Date.parse(link.expires_at) <= now());

function showRenewal(link) {
  const over = isOver(link);
  find("renewal").hidden = !(over || link?.expires_soon);
  find("renew-early").hidden = !link || !find("renewal").hidden;
  if (find("renewal").hidden) return;
  const day = dayOf(link.expires_at);
  find("renewal-heading").textContent = over ? word("iec.expired") : word("iec.soon");
  find("renewal-go").textContent = over ? word("iec.renew") : word("iec_renew.go");
  tell(find("renewal-text"), over ? word("iec.expired_text", { day }) : word("iec.soon_text", { day }));
}

await open();
const mine = await read("/iec-links/current");
find("linked").hidden = !mine.linked;
find("not-linked").hidden = mine.linked;
if (mine.linked) {
  find("entity").textContent = mine.entity_name;
  showRenewal(mine.link);
  find("offer").hidden = !mine.offer_from;
  if (mine.offer_from) find("offer-text").textContent = word("iec.offer_text", { name: mine.offer_from });
  find("facts").replaceChildren(...linkFacts(mine));
  const list = (names) => names.map((name) => make("li", {}, make("b", {}, RIGHTS[name])));
  const names = Object.keys(RIGHTS);
  // Whose link has run out may look, and nothing else until it is renewed.
  const may = mine.rights.filter((name) => name === "see" || !isOver(mine.link));
  find("may").replaceChildren(...list(names.filter((name) => may.includes(name))));
  find("may-not").replaceChildren(...list(names.filter((name) => !may.includes(name))));
}
shown();
