// The registration of an account, as its pages share it.
import { journey } from "./journey.js";
import { word } from "./words.js";

export const signUp = journey({
  name: "sign-up",
  api: "/accounts/registrations",
  id: "registration_id",
  pages: { codes_sent: "/sign-up/codes", registering: "/sign-up/done", registered: "/sign-up/done" },
  start: "/sign-up",
  isRead: true,
  failed: [word("sign_up_done.not_opened.title"), word("sign_up_done.not_opened.detail")],
  ways: [
    ["/sign-up/resume", word("site.have_codes")],
    ["/sign-in", word("site.sign_in")],
  ],
});
