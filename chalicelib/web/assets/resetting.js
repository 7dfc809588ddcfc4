// The setting of a new password, as its pages share it.
import { journey } from "./journey.js";
import { word } from "./words.js";

export const reset = journey({
  name: "reset",
  api: "/password-resets",
  id: "reset_id",
  pages: { codes_sent: "/reset/codes", confirmed: "/reset/password", done: "/reset/done" },
  start: "/reset",
  ways: [["/sign-in", word("site.sign_in")]],
});
