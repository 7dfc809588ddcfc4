// The facts of a login's link to its IEC.
import { dayOf } from "./clock.js";
import { iecRoleName } from "./iec-words.js";
import { make, tell } from "./make.js";
import { word } from "./words.js";

const STATUS = {
  active: word("iec.status_active"),
  suspended: word("iec.status_suspended"),
  invited: word("iec.status_invited"),
  removed: word("iec.status_removed"),
};
const METHODS = { dsc: word("iec.by_dsc"), esign: word("iec.by_esign") };

const line = (name, value) => (value ? make("div", {}, make("dt", {}, name), tell(make("dd"), value)) : null);

/** Lines of a list of facts from GET /iec-links/current. */
export function linkFacts({ iec, entity_name: entity, role, status, link }) {
  const lines = [
    line(word("iec.entity"), entity),
    line(word("iec.iec"), iec),
    line(word("iec.role"), iecRoleName(role)),
    line(word("iec.status"), STATUS[status]),
    line(word("iec.linked_by"), link ? METHODS[link.method] : word("iec.by_nothing")),
  ];
  if (link) {
    lines.push(
      line(word("iec.certificate_of"), link.common_name),
      line(word("iec.issuer"), link.issuer),
      line(word("iec.since"), dayOf(link.linked_at)),
      line(word("iec.until"), dayOf(link.expires_at)),
    );
  }
  return lines.filter(Boolean);
}
