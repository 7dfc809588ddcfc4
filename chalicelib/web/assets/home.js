import { call, now } from "./api.js";
import { clockTime, duration } from "./clock.js";
import { reloadIfKept } from "./flow.js";
import { hold } from "./form.js";
import { forgetAll, keep } from "./keep.js";
import { askToTryAgain } from "./trouble.js";
import { find, to, word } from "./words.js";

const WARN = 2 * 60000; // ms before the session ends for want of use

function leave(why) {
  forgetAll();
  keep("why", why);
  location.replace(to("/sign-in"));
  return new Promise(() => {});
}

async function mine(method, path) {
  for (;;) {
    try {
      return await call(method, path);
    } catch (problem) {
      if (problem.status === 401) return leave(problem.code === "session_expired" ? "expired" : "required");
      await askToTryAgain(problem);
    }
  }
}

function list(target, services) {
  target.replaceChildren(
    ...services.map(({ title, detail }) => {
      const item = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = title;
      item.append(name);
      if (detail) {
        const told = document.createElement("p");
        told.textContent = detail;
        item.append(told);
      }
      return item;
    }),
  );
}

let timer;
function watch(session) {
  clearTimeout(timer);
  const end = Math.min(Date.parse(session.idle_expires_at), Date.parse(session.expires_at));
  const left = end - now();
  find("ending").hidden = true;
  timer = setTimeout(() => {
    find("ending-text").textContent = word("home.ending", { time: duration(end - now()) });
    find("ending").hidden = false;
    timer = setTimeout(() => leave("expired"), end - now());
  }, Math.max(0, left - WARN));
}

const session = await mine("GET", "/sessions/current");
const services = await mine("GET", "/icegate/services");
list(find("allowed"), services.allowed);
list(find("refused"), services.refused);
find("greeting").textContent = session.legal_name;
find("account-icegate-id").textContent = session.icegate_id;
find("account-legal-name").textContent = session.legal_name;
find("account-until").textContent = word("home.until_text", { time: clockTime(session.expires_at) });
find("loading").remove();
find("loaded").hidden = false;
watch(session);

find("stay").addEventListener("click", async () => watch(await mine("GET", "/sessions/current")));
find("sign-out").addEventListener("click", async (event) => {
  if (event.currentTarget.getAttribute("aria-disabled") === "true") return;
  hold(event.currentTarget);
  await mine("DELETE", "/sessions/current");
  await leave("out");
});

// A page kept by the browser for its Back button must not show an account after sign-out.
addEventListener("pageshow", reloadIfKept);
