// What was found of a signature, aspect by aspect, and who signed.
import { dayAndTime, dayOf } from "./clock.js";
import { make, tell } from "./make.js";
import { find, word } from "./words.js";

const ASPECTS = {
  intact: word("signature.aspect.intact"),
  signer: word("signature.aspect.signer"),
  chain: word("signature.aspect.chain"),
  policy: word("signature.aspect.policy"),
  revocation: word("signature.aspect.revocation"),
  binding: word("signature.aspect.binding"),
};
const VERDICTS = {
  holds: word("signing.holds"),
  fails: word("signing.fails"),
  unknown: word("signing.unknown"),
  not_reached: word("signing.not_reached"),
};

/** The finding that a person is told first: what fails, or else what is not known yet. */
export const decisive = (report) => ["fails", "unknown"].map((verdict) => report?.findings.find((one) => one.verdict === verdict)).find(Boolean) ?? null;

/** A line of a list of facts; what is empty is left out. */
export const fact = (name, value) => (value ? make("div", {}, make("dt", {}, name), value instanceof Node ? make("dd", {}, value) : tell(make("dd"), value)) : null);

/** Fills in #report and #signer, or hides them where there is nothing to tell. */
export function showReport(report) {
  find("report").hidden = !report;
  find("signer").hidden = !report?.signer;
  if (!report) return;
  find("findings").replaceChildren(
    ...report.findings.map(({ aspect, verdict, text }) =>
      make("li", { class: verdict }, make("b", {}, ASPECTS[aspect]), " ", make("span", { class: "badge" }, VERDICTS[verdict]), ["fails", "unknown"].includes(verdict) ? make("p", {}, text) : null),
    ),
  );
  if (!report.signer) return;
  const { signer } = report;
  const lines = [
    fact(word("signing.signer_name"), signer.common_name),
    fact(word("signing.signer_organisation"), signer.organisation),
    fact(word("signing.signer_issuer"), signer.issuer),
    fact(word("signing.signer_serial"), make("span", { class: "exact" }, signer.serial_number)),
    fact(word("signing.signer_good"), word("signing.signer_from_to", { from: dayOf(signer.not_before), until: dayOf(signer.not_after) })),
    fact(word("signing.signed_at"), report.signed_at && dayAndTime(report.signed_at)),
  ];
  find("signer-facts").replaceChildren(...lines.filter(Boolean));
}
