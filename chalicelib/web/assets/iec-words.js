// What roles and standings among an IEC's users are called.
import { now } from "./api.js";
import { dayOf } from "./clock.js";
import { word } from "./words.js";

const ROLES = {
  owner: word("iec_role.owner"),
  manager: word("iec_role.manager"),
  signatory: word("iec_role.signatory"),
  preparer: word("iec_role.preparer"),
  viewer: word("iec_role.viewer"),
};

export const iecRoleName = (role) => ROLES[role];

/** "active", "invited until 21-11-2026", … */
export function standingOf(user) {
  if (user.status === "suspended") return word("iec_users.status_suspended");
  if (user.status !== "invited") return word("iec_users.status_active");
  const isOver = Date.parse(user.invitation_expires_at) <= now();
  return isOver ? word("iec_users.status_invited_over") : word("iec_users.status_invited", { day: dayOf(user.invitation_expires_at) });
}

/** "DSC, until 21-11-2026", or that there is no signature of one's own. */
export function linkOf({ link }) {
  if (!link) return word("iec_users.link_none");
  const day = dayOf(link.expires_at);
  if (link.is_expired) return word("iec_users.link_expired", { day });
  return link.method === "dsc" ? word("iec_users.link_dsc", { day }) : word("iec_users.link_esign", { day });
}
