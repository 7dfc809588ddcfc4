// Each change of an IEC's users: what it is called, the question of its page, and what follows from it.
import { word } from "./words.js";

const DEEDS = {
  invite: () => ({ question: word("iec_deed.invite"), text: word("iec_deed.invite_text") }),
  invite_again: (name) => ({ name: word("iec_deed.invite_again_name"), question: word("iec_deed.invite_again"), text: word("iec_deed.invite_again_text", { name }) }),
  change_role: (name) => ({ name: word("iec_deed.change_role_name"), question: word("iec_deed.change_role"), text: word("iec_deed.change_role_text", { name }) }),
  suspend: (name) => ({ name: word("iec_deed.suspend_name"), question: word("iec_deed.suspend"), text: word("iec_deed.suspend_text", { name }) }),
  reactivate: (name) => ({ name: word("iec_deed.reactivate_name"), question: word("iec_deed.reactivate"), text: word("iec_deed.reactivate_text", { name }) }),
  remove: (name) => ({ name: word("iec_deed.remove_name"), question: word("iec_deed.remove"), text: word("iec_deed.remove_text", { name }) }),
  withdraw_invitation: (name) => ({
    name: word("iec_deed.withdraw_invitation_name"),
    question: word("iec_deed.withdraw_invitation"),
    text: word("iec_deed.withdraw_invitation_text", { name }),
  }),
  leave: () => ({ name: word("iec_deed.leave_name"), question: word("iec_deed.leave"), text: word("iec_deed.leave_text") }),
  offer_ownership: (name) => ({ name: word("iec_deed.offer_ownership_name"), question: word("iec_deed.offer_ownership"), text: word("iec_deed.offer_ownership_text", { name }) }),
  withdraw_offer: (name) => ({ name: word("iec_deed.withdraw_offer_name"), question: word("iec_deed.withdraw_offer"), text: word("iec_deed.withdraw_offer_text", { name }) }),
  accept_ownership: (name) => ({ name: word("iec_deed.accept_ownership_name"), question: word("iec_deed.accept_ownership"), text: word("iec_deed.accept_ownership_text", { name }) }),
};

/** `{ name, question, text }` of a change with regard to `user` (null for who is to be invited); `taker` is who an offer was made to. */
export function deedOf(change, user, taker = null) {
  // To remove who has not accepted yet is to take the invitation back.
  const told = change === "remove" && user.status === "invited" ? "withdraw_invitation" : change;
  return DEEDS[told](change === "withdraw_offer" ? (taker?.name ?? "") : user?.name);
}
