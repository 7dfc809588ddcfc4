// What is shown when a page could not be filled: what happened, and a button to ask again.
import { Problem } from "./api.js";
import { find, word } from "./words.js";

/** Shows `problem` and returns a promise that the person's "Try again" keeps. What is no `Problem` is thrown on. */
export function askToTryAgain(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const box = document.createElement("div");
  box.className = "summary";
  box.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = problem.title;
  const detail = document.createElement("p");
  detail.textContent = problem.detail;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = word("script.try_again");
  box.append(heading, detail, button);
  find("main").prepend(box);
  const loading = find("loading"); // nothing is on its way until somebody tries again
  if (loading) loading.hidden = true;
  return new Promise((again) => {
    button.addEventListener("click", () => {
      box.remove();
      if (loading) loading.hidden = false;
      again();
    });
  });
}

/** Says that this page is not for who opened it: trying again would not help. */
export function sayNo(problem) {
  find("loading")?.remove();
  const heading = document.createElement("h1");
  heading.textContent = problem.title;
  heading.tabIndex = -1;
  const lead = document.createElement("p");
  lead.className = "lead";
  lead.textContent = problem.detail;
  find("main").replaceChildren(heading, lead);
  heading.focus();
  return new Promise(() => {}); // nothing more happens on this page
}
