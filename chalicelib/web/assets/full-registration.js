// Where a full registration stands, and the way on from there.
import { dayAndTime } from "./clock.js";
import { readyForm } from "./form.js";
import { documentCard, dscFacts, officerWords } from "./full-registration-words.js";
import { make, tell } from "./make.js";
import { ask, goTo, heed, open, read, shown } from "./signed-in.js";
import { find, to, word } from "./words.js";

const documentsLink = () => make("a", { class: "go", href: to("/full-registration/documents") }, word("full.at_documents_go"));
/** By status: heading, text and, where the registrant goes on, the way. */
const STANDING = {
  signature_required: ({ expires_at: at, signing_id: id }) => [
    word("full.at_signature"),
    word("full.at_signature_text", { time: dayAndTime(at) }),
    make("a", { class: "go", href: `${to("/signing")}?signing=${encodeURIComponent(id)}` }, word("full.at_signature_go")),
  ],
  documents_required: ({ expires_at: at }) => [word("full.at_documents"), word("full.at_documents_text", { time: dayAndTime(at) }), documentsLink()],
  more_asked: ({ expires_at: at }) => [word("full.at_more"), word("full.at_more_text", { time: dayAndTime(at) }), documentsLink()],
  under_review: ({ submitted_at: at }) => [word("full.at_review"), word("full.at_review_text", { time: dayAndTime(at) })],
  approved: ({ decided_at: at }) => [word("full.at_approved"), word("full.at_approved_text", { time: dayAndTime(at) })],
  rejected: ({ decided_at: at }) => [word("full.at_rejected"), word("full.at_rejected_text", { time: dayAndTime(at) })],
  expired: () => [word("full.at_expired"), word("full.at_expired_text")],
};

function showStanding(registration) {
  find("standing").hidden = !registration;
  if (!registration) return;
  const [heading, text, way] = STANDING[registration.status](registration);
  find("standing-heading").textContent = heading;
  tell(find("standing-text"), text);
  find("standing").classList.toggle("fine", registration.status === "approved");
  find("standing-go").hidden = !way;
  if (way) find("standing-go").replaceChildren(way);
  find("officer").hidden = !registration.reason;
  if (registration.reason) find("officer-words").replaceChildren(officerWords(registration.reason));
  const isShown = ["under_review", "rejected"].includes(registration.status) && registration.documents.length > 0;
  find("documents").hidden = !isShown;
  if (isShown) find("document-list").replaceChildren(...registration.documents.map((one) => documentCard(one)));
}

function showDsc(dsc) {
  find("dsc").hidden = !dsc;
  if (!dsc) return;
  find("dsc-facts").replaceChildren(...dscFacts(dsc));
  find("dsc-told").hidden = !(dsc.is_expired || dsc.expires_soon);
  find("dsc-told").textContent = dsc.is_expired ? word("full.dsc_expired") : word("full.dsc_soon");
}

const session = await open();
const standing = await read("/icegate/full-registrations/current");
find("who").textContent = session.legal_name ?? "";
showStanding(standing.registration);
showDsc(standing.dsc);
find("start").hidden = !standing.may_open;
if (standing.registration) find("open").textContent = word("full.go_again");
readyForm(find("full-start"), {
  heed,
  async send() {
    const { registration } = await ask("POST", "/icegate/full-registrations");
    await goTo(`/signing?signing=${encodeURIComponent(registration.signing_id)}`);
  },
});
shown();
