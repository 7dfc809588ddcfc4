// The list of full registrations: those that wait for a decision, or those in another status.
import { dayOf } from "./clock.js";
import { readyForm } from "./form.js";
import { statusBadge, statusName } from "./full-registration-status.js";
import { make } from "./make.js";
import { ask, heed, open, read, shown } from "./signed-in.js";
import { row } from "./stacked.js";
import { find, say, to, word } from "./words.js";

const path = (status) => `/full-registrations?status=${encodeURIComponent(status)}`;
const choices = [...find("status").options].map((one) => one.value);

function state(one) {
  const badge = make("span", { class: statusBadge(one.status) }, statusName(one.status));
  return one.is_late ? make("span", {}, badge, " ", make("span", { class: "badge bad" }, word("full_queue.late"))) : badge;
}

function show({ registrations }, status) {
  const count = registrations.length;
  say(find("count"), count === 1 ? word("full_queue.count_one") : count ? word("full_queue.count", { count }) : word("full_queue.nobody"));
  find("caption").textContent = statusName(status);
  find("table").hidden = !count;
  find("registrations").replaceChildren(
    ...registrations.map((one) =>
      row(find("table"), [
        make("a", { href: `${to("/staff/full-registration")}#${encodeURIComponent(one.registration_id)}` }, one.legal_name),
        make("span", { class: "exact" }, one.icegate_id),
        one.submitted_at ? dayOf(one.submitted_at) : "",
        state(one),
      ]),
    ),
  );
  // Back, a reload and the other language keep which list is shown.
  history.replaceState(history.state, "", `#${status}`);
  find("language").hash = location.hash;
}

await open();
const wanted = location.hash.slice(1);
const status = choices.includes(wanted) ? wanted : choices[0];
find("status").value = status;
readyForm(find("full-filter"), { heed, send: async (values) => show(await ask("GET", path(values.status)), values.status) });
show(await read(path(status)), status);
shown();
