// Full registrations as their pages share them: what a document is called, and a document as a card.
import { dayOf } from "./clock.js";
import { make, tell } from "./make.js";
import { fact } from "./signing-report.js";
import { word } from "./words.js";

const KINDS = {
  pan_card: word("full.kind_pan_card"),
  identity_proof: word("full.kind_identity_proof"),
  authorisation_letter: word("full.kind_authorisation_letter"),
  other: word("full.kind_other"),
};
const DOCUMENT = { awaited: word("full.document_awaited"), accepted: word("full.document_accepted"), refused: word("full.document_refused") };
const BADGE = { awaited: "badge invited", accepted: "badge", refused: "badge bad" };

export const kindName = (kind) => KINDS[kind];

/** A hash that can part at the end of a line every eight digits. */
export function hash(hex) {
  const made = make("span", { class: "exact hash" });
  for (const part of hex.match(/.{1,8}/g) ?? []) made.append(part, make("wbr"));
  return made;
}

/** A document as a card; `button` is what can be done with it, or null. */
export function documentCard(one, button = null) {
  const size = one.size === null ? "" : word("full.document_size", { size: Math.max(1, Math.ceil(one.size / 1024)) });
  return make(
    "li",
    {},
    make("h3", {}, kindName(one.kind), " ", make("span", { class: BADGE[one.status] }, DOCUMENT[one.status])),
    make("p", {}, [one.file_name, size].filter(Boolean).join(" · ")),
    one.text ? make("p", { class: "error" }, one.text) : null,
    one.issuer ? tell(make("p"), word("full.document_from", { issuer: one.issuer, day: dayOf(one.fetched_at) })) : null,
    one.status === "accepted" ? make("p", { class: "more" }, word("full.document_hash"), make("br"), hash(one.sha256)) : null,
    button,
  );
}

/** The lines about a registered digital signature. */
export const dscFacts = (dsc) => [fact(word("full.dsc_name"), dsc.common_name), fact(word("full.dsc_issuer"), dsc.issuer), fact(word("full.dsc_until"), dayOf(dsc.expires_at))];

/** What an officer wrote, as text, whatever its length. */
export const officerWords = (reason) => tell(make("p"), reason);
