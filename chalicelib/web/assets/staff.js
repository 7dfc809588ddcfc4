import { readyForm } from "./form.js";
import { address, make } from "./make.js";
import { officeChoices, readOffices } from "./offices.js";
import { roleName } from "./roles.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { lackingOf, statusName } from "./staff-words.js";
import { find, say, to, word } from "./words.js";

const session = await open();
const administers = session.role === "administrator";
// Departments are the administrators' to see.
const offices = administers ? await readOffices(read) : { ...(await read("/authorities")), departments: [] };
const known = [...offices.authorities, ...offices.departments];
// Which Regional Authority is shown stands in the fragment: Back, a reload and the other language keep it.
const wanted = decodeURIComponent(location.hash.slice(1));

function show(members, code) {
  const { name } = known.find((one) => one.code === code);
  find("caption").textContent = word("staff.table", { authority: name });
  say(find("count"), members.length === 1 ? word("staff.count_one") : members.length ? word("staff.count", { count: members.length }) : word("staff.nobody"));
  find("table").hidden = !members.length;
  find("members").replaceChildren(
    ...members.map((member) =>
      row(find("table"), [
        make("a", { href: to(`/staff/member#${member.account_id}`) }, member.name),
        address(member.email),
        roleName(member.role),
        make("span", { class: `badge ${member.status}` }, statusName(member.status)),
        lackingOf(member),
      ]),
    ),
  );
}

async function list(code, fetched) {
  const { members } = await fetched(`/staff?authority=${encodeURIComponent(code)}`);
  show(members, code);
  if (!administers) return;
  history.replaceState(history.state, "", `#${encodeURIComponent(code)}`);
  find("language").hash = location.hash;
}

const code = known.some((one) => one.code === wanted) && administers ? wanted : session.authority.code;
find("invite").hidden = !administers;
find("staff-filter").hidden = !administers;
find("authority").replaceChildren(...officeChoices(offices, code));
readyForm(find("staff-filter"), { heed, send: ({ authority }) => list(authority, (path) => ask("GET", path)) });
await list(code, read);
shown();
