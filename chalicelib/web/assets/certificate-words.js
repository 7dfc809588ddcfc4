// How a department's certificate stands, in words.
import { make } from "./make.js";
import { word } from "./words.js";

const STATUS = {
  preparing: ["badge invited", word("certificate_status.preparing")],
  active: ["badge", word("certificate_status.active")],
  revoked: ["badge departed", word("certificate_status.revoked")],
  failed: ["badge bad", word("certificate_status.failed")],
  ending: ["badge departed", word("certificate_status.ending")],
  removed: ["badge departed", word("certificate_status.removed")],
};
const PUSH = {
  not_pushed: ["badge departed", word("push_state.not_pushed")],
  pushed: ["badge", word("push_state.pushed")],
  parked: ["badge bad", word("push_state.parked")],
  withdrawn: ["badge departed", word("push_state.withdrawn")],
};

const badge = ([look, text]) => make("span", { class: look }, text);
export const statusBadge = (one) => badge(STATUS[one.status]);
export const pushBadge = (one) => badge(PUSH[one.push]);
