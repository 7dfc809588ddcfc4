// My consents to DigiLocker.
import { periodOf, purposeOf, stateBadge, typesOf } from "./consent-words.js";
import { make, tell } from "./make.js";
import { open, read, shown } from "./signed-in.js";
import { find, to } from "./words.js";

await open();
const { consents } = await read("/consents");
find("none").hidden = consents.length > 0;
find("lead").hidden = consents.length === 0;
find("consent-list").replaceChildren(
  ...consents.map((one) =>
    make(
      "li",
      {},
      make("h2", {}, make("a", { href: `${to("/consent")}#${encodeURIComponent(one.consent_id)}` }, purposeOf(one)), " ", stateBadge(one)),
      make("p", {}, typesOf(one)),
      tell(make("p"), periodOf(one)),
    ),
  ),
);
shown();
