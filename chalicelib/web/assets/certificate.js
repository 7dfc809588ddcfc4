// The public page behind a certificate's QR code: whether it is genuine, and how it stands.
import { call, now } from "./api.js";
import { dayAndTime, dayOfDate } from "./clock.js";
import { readyForm } from "./form.js";
import { make } from "./make.js";
import { find, say, to, word } from "./words.js";

const STANDINGS = {
  valid: ["stands", word("verify.valid"), word("verify.valid_note")],
  not_yet_valid: ["not-now", word("verify.not_yet_valid"), word("verify.not_yet_valid_note")],
  expired: ["not-now", word("verify.expired"), word("verify.expired_note")],
  kept_no_longer: ["not-now", word("verify.kept_no_longer"), word("verify.kept_no_longer_note")],
  revoked: ["falls", word("verify.revoked"), word("verify.revoked_note")],
  unknown: ["falls", word("verify.unknown"), word("verify.unknown_note")],
};
const dayOf = (iso) => iso && dayOfDate(iso);
/** The URI in what was typed: a phone may have given the whole address that the code holds. */
const uriIn = (typed) => new URLSearchParams(typed.split(/[?#]/)[1]).get("uri") ?? typed;
const fact = (name, value) => (value ? make("div", {}, make("dt", {}, name), make("dd", {}, value)) : null);

function show(uri, one) {
  const [look, title, note] = STANDINGS[one.status];
  find("found").className = `record standing ${look}`;
  find("found-heading").textContent = title;
  say(find("found-note"), note);
  const facts = [
    fact(word("verify.document"), one.document),
    fact(word("verify.department"), one.department),
    fact(word("verify.holder"), one.holder.join(", ")),
    fact(word("verify.number"), one.masked_number),
    fact(word("verify.issued_on"), dayOf(one.issued_on)),
    fact(word("verify.valid_to"), dayOf(one.valid_to)),
    fact(word("verify.revoked_on"), dayOf(one.revoked_on)),
    fact("URI", make("span", { class: "exact" }, uri)),
    fact(word("verify.asked_at"), dayAndTime(new Date(now()).toISOString())),
  ];
  find("facts").replaceChildren(...facts.filter(Boolean));
  find("found").hidden = false;
  document.title = `${title} – ${word("site.name")}`;
  find("found-heading").focus();
}

const form = find("certificate");
readyForm(form, {
  async send({ uri: typed }) {
    const uri = uriIn(typed);
    find("uri").value = uri;
    find("found").hidden = true;
    show(uri, await call("POST", "/certificate-verifications", { body: { uri } }));
    // The page's address is what somebody shares, and what the other language opens.
    const address = `${to("/certificate")}?uri=${encodeURIComponent(uri)}`;
    history.replaceState(null, "", address);
    find("language").search = `?uri=${encodeURIComponent(uri)}`;
  },
});
const asked = new URLSearchParams(location.search).get("uri");
if (asked) {
  find("uri").value = asked.slice(0, 128);
  form.requestSubmit();
}
