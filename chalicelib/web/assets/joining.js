// Joining the Back Office: from the invited email to the first password.
import { journey } from "./journey.js";

export const joining = journey({
  name: "joining",
  api: "/staff/joinings",
  id: "joining_id",
  start: "/staff/join",
  pages: { codes_sent: "/staff/join/codes", confirmed: "/staff/join/password", done: "/sign-in" },
});
