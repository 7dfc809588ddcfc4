// The departments on DigiLocker: all of them for administrators, their own for its officers.
import { rolesOf, statusName } from "./department.js";
import { make } from "./make.js";
import { open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, say, to, word } from "./words.js";

const session = await open();
const { departments } = await read("/departments");
const count = departments.length;
find("new").hidden = session.role !== "administrator";
say(find("count"), count === 1 ? word("departments.count_one") : count ? word("departments.count", { count }) : word("departments.nobody"));
find("table").hidden = !count;
find("departments").replaceChildren(
  ...departments.map((one) =>
    row(find("table"), [
      make("a", { href: `${to("/staff/department")}#${encodeURIComponent(one.department_id)}` }, one.name),
      make("span", { class: "exact" }, one.issuer_id),
      rolesOf(one),
      make("span", { class: `badge ${one.status}` }, statusName(one.status)),
    ]),
  ),
);
shown();
