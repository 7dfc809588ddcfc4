// An own document from DigiLocker as a card: what it is, where it came from, and whether it can be used.
import { dayAndTime, dayOf } from "./clock.js";
import { hash } from "./full-registration-words.js";
import { make, tell } from "./make.js";
import { word } from "./words.js";

const STATE = {
  exact: [word("my_documents.verified"), "badge"],
  normalised: [word("my_documents.verified"), "badge"],
  confirmed: [word("my_documents.verified"), "badge"],
  review: [word("my_documents.in_review"), "badge invited"],
  refused: [word("my_documents.not_usable"), "badge bad"],
};

/** The badge of a document: verified, in review, or not usable. */
export function badge(one) {
  const [text, look] = STATE[one.match];
  return make("span", { class: look }, text);
}

/** What the document is called, with the last signs of its number. */
export const called = (one) => (one.masked_number ? `${one.title} ${one.masked_number}` : one.title);

/** A document as a card; `buttons` are what can be done with it. */
export function ownDocumentCard(one, ...buttons) {
  const from = word("my_documents.from", { issuer: one.issuer, time: dayAndTime(one.fetched_at) });
  return make(
    "li",
    {},
    make("h2", {}, one.title, " ", badge(one)),
    make("p", {}, [one.name, one.masked_number].filter(Boolean).join(" · ")),
    tell(make("p"), from),
    make("p", {}, one.match_text),
    one.because_text ? make("p", { class: "hint" }, one.because_text) : null,
    one.reason ? make("blockquote", {}, tell(make("p"), one.reason)) : null,
    one.consent_until ? tell(make("p", { class: "hint" }), word("my_documents.until", { day: dayOf(one.consent_until) })) : null,
    make("p", { class: "more" }, word("full.document_hash"), make("br"), hash(one.sha256)),
    ...buttons,
  );
}
