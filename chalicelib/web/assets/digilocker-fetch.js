// Back from DigiLocker: what came, what did not, and where to go on. While it is under way, the page looks again by itself.
import { keep } from "./keep.js";
import { make } from "./make.js";
import { badge } from "./own-document.js";
import { goOn, open, read, shown } from "./signed-in.js";
import { find, say, to, word } from "./words.js";

const STATES = {
  at_digilocker: word("fetch_page.at_digilocker"),
  fetching: word("fetch_page.fetching"),
  pending: word("fetch_page.pending"),
  fetched: word("fetch_page.fetched"),
  denied: word("fetch_page.denied"),
  failed: word("fetch_page.failed"),
  expired: word("fetch_page.expired"),
};
const ITEMS = {
  awaited: [word("fetch_page.item_awaited"), "badge invited"],
  fetched: [word("fetch_page.item_fetched"), "badge"],
  pending: [word("fetch_page.item_pending"), "badge invited"],
  not_there: [word("fetch_page.item_not_there"), "badge departed"],
  refused: [word("fetch_page.item_refused"), "badge bad"],
  failed: [word("fetch_page.item_failed"), "badge bad"],
};
const TYPES = { PANCR: word("document_type.pancr"), DRVLC: word("document_type.drvlc") };
const MOVING = new Set(["at_digilocker", "fetching"]);
const LOOK_AGAIN = 1500; // ms, a little more each time
const SLOW = 15000; // ms, after which it is said that it takes longer
const id = new URLSearchParams(location.search).get("fetch");

/** One document: what became of it, and, where it came, how it fits the account. */
function item(one, own) {
  const [text, look] = ITEMS[one.status];
  const mine = own.find((each) => each.document_id === one.document_id);
  return make(
    "li",
    {},
    make("h2", {}, TYPES[one.document_type] ?? one.document_type, " ", mine ? badge(mine) : make("span", { class: look }, text)),
    one.text ? make("p", {}, one.text) : null,
    mine ? make("p", {}, mine.match_text) : null,
    mine?.because_text ? make("p", { class: "hint" }, mine.because_text) : null,
  );
}

/** What was entered before stands there again. */
function keepEntered(fetched) {
  const typed = { valid_days: String(fetched.valid_days), date_of_birth: (fetched.date_of_birth ?? "").split("-").reverse().join("-") };
  for (const code of fetched.document_types) typed[code] = true;
  keep("typed:digilocker-consent", typed);
}

function show(fetched, own) {
  const isMoving = MOVING.has(fetched.status);
  const isSlow = fetched.status === "fetching" && performance.now() - began > SLOW;
  const said = isSlow ? word("fetch_page.slow") : STATES[fetched.status];
  if (find("state").textContent !== said) say(find("state"), said); // spoken once
  find("under-way").hidden = !isMoving;
  find("reason").hidden = !fetched.why;
  if (fetched.why) find("reason").textContent = fetched.why.text;
  find("items").replaceChildren(...fetched.items.map((one) => item(one, own)));
  find("next").hidden = isMoving && !isSlow;
  find("go-registration").hidden = !(fetched.purpose === "full_registration" && fetched.items.some((one) => one.document_id));
  find("again").hidden = isMoving || ["fetched", "pending"].includes(fetched.status) && fetched.items.every((one) => ["fetched", "pending"].includes(one.status));
  find("again-link").href = `${to("/digilocker/consent")}?purpose=${encodeURIComponent(fetched.purpose)}`;
  if (!find("again").hidden) keepEntered(fetched);
  find("sign-out-there").hidden = isMoving || !fetched.logout_url;
  if (fetched.logout_url) {
    const words = [make("b", {}, word("fetch_page.logout")), make("span", {}, word("fetch_page.logout_note"))];
    find("sign-out-there").replaceChildren(make("a", { href: fetched.logout_url, rel: "noreferrer" }, ...words));
  }
  return isMoving;
}

await open();
if (!id) await goOn("/my-documents");
const path = `/digilocker/fetches/${encodeURIComponent(id)}`;
const began = performance.now();
let wait = LOOK_AGAIN;
const look = async () => {
  const fetched = await read(path);
  const { documents } = fetched.items.some((one) => one.document_id) ? await read("/own-documents") : { documents: [] };
  if (!show(fetched, documents)) return;
  setTimeout(look, wait);
  wait = Math.min(wait * 1.3, 15000);
};
await look();
shown();
