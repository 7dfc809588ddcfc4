// Documents from DigiLocker that wait for an officer.
import { dayOf } from "./clock.js";
import { make } from "./make.js";
import { open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, to } from "./words.js";

await open();
const { documents } = await read("/document-reviews");
find("none").hidden = documents.length > 0;
find("table").hidden = !documents.length;
find("documents").replaceChildren(
  ...documents.map((one) =>
    row(find("table"), [make("a", { href: `${to("/staff/document-review")}#${encodeURIComponent(one.document_id)}` }, one.title), one.name, one.issuer, dayOf(one.fetched_at)]),
  ),
);
shown();
