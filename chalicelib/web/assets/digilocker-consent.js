// The consent before a visit to DigiLocker: what for, which documents, until when, in which words. Then the browser goes there.
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { find, say, word } from "./words.js";

const PURPOSES = ["my_documents", "full_registration"];
const asked = new URLSearchParams(location.search).get("purpose");
const purpose = PURPOSES.includes(asked) ? asked : PURPOSES[0];
const form = find("digilocker-consent");

/** "21-07-1985" (or with / or .) as the API writes it; null where it is no date, "" where nothing was typed. */
function isoDate(typed) {
  if (!typed) return "";
  const found = /^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$/.exec(typed);
  if (!found) return null;
  const [day, month, year] = [found[1].padStart(2, "0"), found[2].padStart(2, "0"), found[3]];
  const at = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.getUTCDate() !== Number(day) || at > new Date() ? null : `${year}-${month}-${day}`;
}

const typesOf = (values, terms) => terms.document_types.map((one) => one.code).filter((code) => values[code]);

await open();
const terms = await read(`/consent-terms?purpose=${purpose}`);
say(find("purpose"), terms.purpose_text);
say(find("service"), word("consent_page.service", { name: terms.service_name }));
for (const { code } of terms.document_types) find(`choice-${code}`).hidden = false;
find("words-read").replaceChildren(...terms.paragraphs.map((text) => make("p", {}, text)));
find("not-offered").hidden = terms.is_offered;
form.hidden = !terms.is_offered;
readyForm(form, {
  heed,
  check(values) {
    const errors = {};
    if (!typesOf(values, terms).length) errors[terms.document_types[0].code] = word("consent_page.documents_required");
    if (isoDate(values.date_of_birth) === null) errors.date_of_birth = word("consent_page.born_on_wrong");
    return errors;
  },
  async send(values) {
    const born = isoDate(values.date_of_birth);
    const body = { purpose, document_types: typesOf(values, terms), locker: "person", valid_days: Number(values.valid_days), consent: true, text_version: terms.text_version };
    if (born) body.date_of_birth = born;
    const { authorize_url: there } = await ask("POST", "/digilocker/fetches", body);
    forget("typed:digilocker-consent");
    location.assign(there);
    await new Promise(() => {});
  },
});
shown();
