// Signing with the utility of one's own machine: look for it, choose a certificate, sign.
import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { make } from "./make.js";
import { base64, bytesOf } from "./signing-file.js";
import { connect } from "./signing-utility.js";
import { find, say, word } from "./words.js";

/** Makes the step work. `handIn(signature)` hands a signature in. Returns { start(signing), leave() }. */
export function readyUtility({ handIn }) {
  let line = null;
  let turn = 0; // of two attempts to connect only the later counts

  function leave() {
    turn += 1;
    line?.close();
    line = null;
  }

  function trouble(problem) {
    if (problem.code === undefined) throw problem;
    find("utility-certificates").replaceChildren();
    find("utility-trouble").hidden = false;
    say(find("utility-status"), problem.title, "bad");
  }

  async function start(signing) {
    leave();
    const mine = turn;
    find("utility-trouble").hidden = true;
    find("utility-certificates").replaceChildren();
    say(find("utility-status"), word("signing.utility_connecting"));
    find("utility-again").onclick = () => start(signing);
    try {
      const made = await connect(find("utility-step").dataset.address);
      if (mine !== turn) return made.close();
      line = made;
      say(find("utility-status"), word("signing.utility_reading"));
      const certificates = await line.certificates();
      // Those that can sign come first.
      if (mine === turn) choose(signing, certificates.toSorted((one, other) => other.can_sign - one.can_sign));
    } catch (problem) {
      if (mine === turn) trouble(problem);
    }
  }

  function choose(signing, certificates) {
    const count = certificates.length;
    say(find("utility-status"), count === 1 ? word("signing.utility_found_one") : word("signing.utility_found", { count }), "good");
    const form = make(
      "form",
      { id: "signing-utility", method: "post", novalidate: true },
      make("fieldset", { class: "field", id: "certificate" }, make("legend", { class: "visually-hidden" }, word("signing.utility_question")), ...certificates.map(choice)),
      make("p", { class: "next" }, word("signing.next")),
      make("button", { type: "submit", class: "go", "data-busy": word("signing.busy"), disabled: true }, word("signing.utility_go")),
    );
    find("utility-certificates").replaceChildren(form);
    readyForm(form, {
      async send(values) {
        say(find("utility-status"), word("signing.utility_confirm"));
        let signature;
        try {
          signature = await line.sign({ certificateId: values.certificate, document: base64(bytesOf(signing.document)), sha256: signing.document_sha256 });
        } catch (problem) {
          say(find("utility-status"), problem.title ?? "", "bad");
          find("utility-trouble").hidden = false;
          throw problem;
        }
        say(find("utility-status"), word("signing.handing_in"));
        await handIn(signature);
      },
    });
  }

  return { start, leave };
}

/** One certificate to choose; one that cannot sign is told of, so that nobody looks for it. */
function choice(certificate, at) {
  const { certificate_id: value, common_name: name, organisation, issuer, not_after: until, can_sign: canSign } = certificate;
  const id = `certificate-${at}`;
  const told = [organisation, word("signing.utility_issuer", { issuer, day: dayOf(until) }), canSign ? null : word("signing.utility_not_for_signing")].filter(Boolean).join("; ");
  return make(
    "div",
    { class: "choice" },
    make("input", { type: "radio", id, name: "certificate", value, autocomplete: "off", "data-unkept": true, "aria-describedby": `${id}-hint`, "data-required": word("signing.utility_required"), required: true, disabled: !canSign }),
    make("label", { for: id }, name),
    make("p", { class: "hint", id: `${id}-hint` }, told),
  );
}
