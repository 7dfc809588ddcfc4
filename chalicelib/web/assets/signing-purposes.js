// What a signature can be for: what it is called, where it came from, and where it leads on to.
import { word } from "./words.js";

const PURPOSES = {
  link_iec: { name: word("signing.of_link_iec"), done: word("signing.done_link_iec"), go: word("signing.go_iec"), on: "/iec", again: "/iec/link" },
  renew_link: { name: word("signing.of_renew_link"), done: word("signing.done_renew_link"), go: word("signing.go_iec"), on: "/iec", again: "/iec/renew" },
  change_iec_users: { name: word("signing.of_change_iec_users"), done: word("signing.done_change_iec_users"), go: word("signing.go_users"), on: "/iec/users", again: "/iec/users" },
  full_registration: {
    name: word("signing.of_full_registration"),
    done: word("signing.done_full_registration"),
    go: word("signing.go_documents"),
    on: "/full-registration/documents",
    again: "/full-registration",
  },
  renew_dsc: { name: word("signing.of_renew_dsc"), done: word("signing.done_renew_dsc"), go: word("signing.go_registration"), on: "/full-registration", again: "/dsc-renewal" },
};

export const purposeOf = (signing) => PURPOSES[signing.purpose];
