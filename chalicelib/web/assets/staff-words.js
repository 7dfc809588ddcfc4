// What is called how in the Back Office.
import { word } from "./words.js";

const STATUS = {
  invited: word("staff_status.invited"),
  active: word("staff_status.active"),
  suspended: word("staff_status.suspended"),
  departed: word("staff_status.departed"),
};
const LACKING = {
  official_email: word("lacking.official_email"),
  fresh_mobile: word("lacking.fresh_mobile"),
  authenticator: word("lacking.authenticator"),
  training: word("lacking.training"),
};

export const statusName = (status) => STATUS[status];

/** "training, authenticator app", or that nothing is lacking; of who is not there, nothing is asked. */
export function lackingOf(member) {
  if (member.status !== "active") return "–";
  return member.missing.length ? member.missing.map((what) => LACKING[what]).join(", ") : word("staff.lacks_nothing");
}
