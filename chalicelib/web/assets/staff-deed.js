// Suspending a member, changing the post, recording a departure: each a form, then back to the member.
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { make } from "./make.js";
import { memberPage, memberPath, openMember } from "./member.js";
import { officeChoices, readOffices } from "./offices.js";
import { ask, goOn, heed, open, read, shown } from "./signed-in.js";
import { find, page, word } from "./words.js";

const DEEDS = {
  "staff-suspension": { request: ["POST", "/suspension"], done: (name) => word("member.done_suspension", { name }) },
  "staff-post": { request: ["PUT", "/post"], done: (name) => word("member.done_post", { name }) },
  "staff-departure": { request: ["POST", "/departure"], done: (name) => word("member.done_departure", { name }) },
};
const deed = DEEDS[page];
const form = find(page);

await open({ fresh: true });
const member = await openMember();
const { members } = await read(`/staff?authority=${encodeURIComponent(member.authority.code)}`);
const others = members.filter((one) => one.status === "active" && one.account_id !== member.account_id);
const successor = find("hands_on_to");
successor.append(...others.map((one) => make("option", { value: one.account_id }, one.name)));
// Nobody can take over where nobody else is, and an invitation that is taken back has no work.
const hasSuccessor = others.length > 0 && member.status !== "invited";
successor.closest(".field").hidden = !hasSuccessor;

if (page === "staff-post") {
  find("authority").append(...officeChoices(await readOffices(read)));
  form.addEventListener("change", handOver);
}

/** Who stays at the Regional Authority keeps the work. */
function handOver() {
  successor.closest(".field").hidden = !hasSuccessor || find("authority").value === member.authority.code;
}

readyForm(form, {
  heed,
  async send(values) {
    const [method, path] = deed.request;
    const { name } = await ask(method, memberPath(path), values);
    forget(`typed:${page}`);
    await goOn(memberPage(), deed.done(name));
  },
});
if (page === "staff-post") {
  if (!find("authority").value) find("authority").value = member.authority.code;
  if (!form.querySelector("[name=role]:checked")) find(`role-${member.role}`).checked = true;
  handOver();
}
shown();
