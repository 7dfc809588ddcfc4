// The member of the staff whom a page is about: the account id stands in its fragment.
import { goOn, read } from "./signed-in.js";
import { find, to } from "./words.js";

export const memberId = () => decodeURIComponent(location.hash.slice(1).split("/")[0]);
export const memberPath = (rest = "") => `/staff/${encodeURIComponent(memberId())}${rest}`;
export const memberPage = () => `/staff/member#${encodeURIComponent(memberId())}`;

/** Reads the member, names them above the heading, and makes this page's links keep whom it is about. Whose address names nobody goes to the list. */
export async function openMember() {
  if (!memberId()) await goOn("/staff");
  const member = await read(memberPath());
  find("member-name").textContent = `${member.name} · ${member.authority.name}`;
  find("language").hash = location.hash;
  for (const link of document.querySelectorAll(`a[href="${to("/staff/member")}"]`)) link.hash = location.hash;
  return member;
}
