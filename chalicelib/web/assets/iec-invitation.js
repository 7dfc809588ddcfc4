// An invitation to an IEC, for whoever it was sent to. Without a session the page says how to come by one.
import { call } from "./api.js";
import { clockTime } from "./clock.js";
import { readyForm } from "./form.js";
import { iecRoleName } from "./iec-words.js";
import { keep } from "./keep.js";
import { tell } from "./make.js";
import { ask, goOn, heed, open, shown } from "./signed-in.js";
import { askToTryAgain, sayNo } from "./trouble.js";
import { find, word } from "./words.js";

const HINTS = {
  manager: word("iec_user.manager_hint"),
  signatory: word("iec_user.signatory_hint"),
  preparer: word("iec_user.preparer_hint"),
  viewer: word("iec_user.viewer_hint"),
};
const id = new URLSearchParams(location.search).get("id") ?? "";
const path = `/iec-invitations/${encodeURIComponent(id)}`;
const NOBODY = ["session_required", "session_expired"];
const NOT_FOR_YOU = ["invitation_not_valid", "not_found", "not_permitted"];

/** Whoever has no session chooses: sign in, or sign up first. Both lead back here. */
async function demandSession() {
  for (;;) {
    try {
      await call("GET", "/sessions/current");
      return;
    } catch (problem) {
      if (NOBODY.includes(problem.code)) break;
      await askToTryAgain(problem);
    }
  }
  keep("back", `/iec/invitation${location.search}`);
  find("loading").remove();
  find("first").hidden = false;
  await new Promise(() => {});
}

async function invitation() {
  for (;;) {
    try {
      return await ask("GET", path);
    } catch (problem) {
      if (NOT_FOR_YOU.includes(problem.code)) await sayNo({ title: word("refusal.invitation_not_valid.title"), detail: word("refusal.invitation_not_valid.detail") });
      await askToTryAgain(problem);
    }
  }
}

find("language").search = location.search;
await demandSession();
await open();
document.querySelector(".tools a[href$='/sign-in']")?.remove(); // the page is open to everybody; who is here has signed in
const { entity_name: firm, role, invited_by: by, expires_at: until } = await invitation();
find("firm").textContent = firm;
find("role").textContent = iecRoleName(role);
find("role-hint").textContent = HINTS[role];
find("by").textContent = by;
tell(find("until"), clockTime(until));
find("next").textContent = word("iec_invitation.next", { name: by });
readyForm(find("iec-acceptance"), {
  heed,
  async send() {
    await ask("POST", `${path}/acceptance`);
    await goOn("/iec", word("iec_invitation.done", { firm }));
  },
});
shown();
