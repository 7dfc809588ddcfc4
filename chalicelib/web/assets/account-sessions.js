import { clockTime } from "./clock.js";
import { hold } from "./form.js";
import { forgetAll } from "./keep.js";
import { make, tell } from "./make.js";
import { ask, goOn, open, read, shown } from "./signed-in.js";
import { askToTryAgain } from "./trouble.js";
import { find, say, word } from "./words.js";

await open();

async function end(button, path, then) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const free = hold(button);
  try {
    await ask("DELETE", path);
    await then();
  } catch (problem) {
    askToTryAgain(problem).then(() => button.click());
  } finally {
    free();
  }
}

function card(session) {
  const device = session.device || word("account.unknown_device");
  const since = clockTime(session.signed_in_at);
  const fact = (name, value) => make("div", {}, make("dt", {}, name), tell(make("dd"), value));
  const facts = make("dl", {}, fact(word("account_sessions.since"), since), fact(word("account_sessions.used"), clockTime(session.last_used_at)));
  const heading = make("h2", {}, device);
  if (session.is_current) {
    heading.append(" ", make("span", { class: "badge" }, word("account_sessions.here")));
    return make("li", {}, heading, facts);
  }
  const button = make("button", { type: "button", class: "quiet", "aria-label": word("account_sessions.end_named", { device, time: since }) }, word("account_sessions.end"));
  button.addEventListener("click", () =>
    end(button, `/sessions/${encodeURIComponent(session.session_id)}`, async () => {
      await show();
      say(find("ended"), word("account_sessions.ended", { device }), "good");
      find("ended").focus();
    }),
  );
  return make("li", {}, heading, facts, button);
}

async function show() {
  const { sessions } = await read("/sessions");
  const newest = (one, other) => other.is_current - one.is_current || other.last_used_at.localeCompare(one.last_used_at);
  find("sessions").replaceChildren(...sessions.sort(newest).map(card));
}

await show();
find("end-all").addEventListener("click", () =>
  end(find("end-all"), "/sessions", async () => {
    forgetAll();
    await goOn("/sign-in", word("sign_in.signed_out"));
  }),
);
shown();
