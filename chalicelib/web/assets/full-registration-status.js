// What officers call the status of a full registration.
import { word } from "./words.js";

const STATUS = {
  under_review: word("full_queue.under_review"),
  more_asked: word("full_queue.more_asked"),
  approved: word("full_queue.approved"),
  rejected: word("full_queue.rejected"),
  expired: word("full_queue.expired"),
};
const BADGE = { under_review: "badge invited", more_asked: "badge invited", approved: "badge", rejected: "badge bad", expired: "badge departed" };

export const statusName = (status) => STATUS[status];
export const statusBadge = (status) => BADGE[status];
