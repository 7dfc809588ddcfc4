// Consents as their pages share them: what for, which documents, since and until when, and how it stands.
import { dayOf } from "./clock.js";
import { make } from "./make.js";
import { word } from "./words.js";

const PURPOSES = { my_documents: word("consent_purpose.my_documents"), full_registration: word("consent_purpose.full_registration"), iec_application: word("consent_purpose.iec_application") };
const TYPES = { PANCR: word("document_type.pancr"), DRVLC: word("document_type.drvlc") };
const STATES = {
  active: [word("consents_page.active"), "badge"],
  revoking: [word("consents_page.revoking"), "badge invited"],
  revoked: [word("consents_page.revoked"), "badge departed"],
  expired: [word("consents_page.expired"), "badge departed"],
};

export const purposeOf = (one) => PURPOSES[one.purpose];
export const typesOf = (one) => one.document_types.map((code) => TYPES[code] ?? code).join(", ");
export const periodOf = (one) => word("consents_page.period", { from: dayOf(one.given_at), until: dayOf(one.valid_until) });

export function stateBadge(one) {
  const [text, look] = STATES[one.status];
  return make("span", { class: look }, text);
}
