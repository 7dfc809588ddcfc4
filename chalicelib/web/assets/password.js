// Passwords: shown when asked, rules ticked off as they are met, strength told.
import { find, say, word } from "./words.js";

/** Makes every "Show" button work. A shown password hides again before its form is sent, so that browsers offer to keep it. */
export function readyShowButtons() {
  for (const button of document.querySelectorAll("[data-shows]")) {
    const input = find(button.dataset.shows);
    const label = document.querySelector(`label[for="${input.id}"]`).textContent;
    const set = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? word("password.hide") : word("password.show");
      button.setAttribute("aria-label", shown ? word("password.hide_named", { name: label }) : word("password.show_named", { name: label }));
    };
    set(false);
    button.addEventListener("click", () => set(input.type === "password"));
    input.form.addEventListener("submit", () => set(false));
  }
}

/** Which rules `password` meets: the same as the API's. */
export function rulesMet(password, icegateId) {
  const characters = [...password];
  const lowered = password.toLowerCase();
  const name = icegateId.toLowerCase();
  return {
    length: characters.length >= 8 && characters.length <= 128,
    case: /\p{Lu}/u.test(password) && /\p{Ll}/u.test(password),
    digit: /\p{Nd}/u.test(password),
    special: /[^\p{L}\p{N}\s]/u.test(password),
    apart: password !== "" && (name === "" || !(lowered === name || (name.length >= 4 && lowered.includes(name)))),
  };
}

/** 0 (nothing) to 4: how many guesses it stands, by length, by how much it varies, and by runs such as 1234 or aaaa. */
export function strengthOf(password, met) {
  const characters = [...password];
  if (!characters.length) return 0;
  let telling = characters.length;
  for (let i = 1; i < characters.length; i += 1) {
    const apart = characters[i].codePointAt(0) - characters[i - 1].codePointAt(0);
    if (Math.abs(apart) <= 1) telling -= 0.75;
  }
  if (/pass|word|icegate|qwert|admin|india|welcome|1234/i.test(password)) telling -= 4;
  const varied = new Set(characters).size;
  const worth = Math.min(telling, varied * 1.3);
  const level = worth < 8 ? 1 : worth < 11 ? 2 : worth < 15 ? 3 : 4;
  return Object.values(met).every(Boolean) ? level : Math.min(level, 1);
}

/** Keeps rules and strength beside the password up to date. */
export function watchStrength(passwordInput, idInput) {
  const levels = ["", word("password.weak"), word("password.fair"), word("password.good"), word("password.strong")];
  let later;
  const look = () => {
    const met = rulesMet(passwordInput.value, idInput.value.trim());
    for (const [rule, done] of Object.entries(met)) {
      const item = document.querySelector(`[data-rule="${rule}"]`);
      item.classList.toggle("met", done);
      let told = item.querySelector("span");
      if (!told) {
        told = document.createElement("span");
        told.className = "visually-hidden";
        item.append(told);
      }
      told.textContent = passwordInput.value ? ` (${done ? word("password.met") : word("password.not_met")})` : "";
    }
    const level = strengthOf(passwordInput.value, met);
    find("strength").dataset.level = level;
    clearTimeout(later);
    later = setTimeout(() => say(find("strength-status"), levels[level], level > 2 ? "good" : ""), 700);
  };
  passwordInput.addEventListener("input", look);
  idInput.addEventListener("input", look);
  look();
}
