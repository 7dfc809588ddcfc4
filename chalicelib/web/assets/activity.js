import { dayAndTime } from "./clock.js";
import { hold } from "./form.js";
import { make, tell } from "./make.js";
import { ask, open, read, shown } from "./signed-in.js";
import { askToTryAgain } from "./trouble.js";
import { find, say, word } from "./words.js";

function item(event) {
  const refused = event.outcome === "refused";
  const what = make("b", {}, event.text);
  const more = [dayAndTime(event.at), event.device].filter(Boolean).join(" · ");
  return make("li", { class: refused ? "refused" : null }, what, refused ? make("span", { class: "badge bad" }, word("activity.refused")) : null, tell(make("span", { class: "more" }), more));
}

function add({ events, next }) {
  find("events").append(...events.map(item));
  before = next;
  find("older").hidden = next === null;
  find("all").hidden = next !== null || !find("events").children.length;
}

let before = null;
await open();
add(await read("/account/activity"));
find("none").hidden = find("events").children.length > 0;
find("older").addEventListener("click", async () => {
  if (find("older").getAttribute("aria-disabled") === "true") return;
  const free = hold(find("older"));
  try {
    const older = await ask("GET", `/account/activity?before=${before}`);
    add(older);
    say(find("shown"), word("activity.shown", { count: older.events.length }));
    if (before === null) find("all").focus(); // the button has gone: the focus must not go with it
  } catch (problem) {
    askToTryAgain(problem).then(() => find("older").click());
  } finally {
    free();
  }
});
shown();
