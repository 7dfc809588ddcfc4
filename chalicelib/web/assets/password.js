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

/** Which rules `password` meets: the same as the API's. `username` is what its owner signs in with, "" where that is not known. */
export function rulesMet(password, username) {
  const characters = [...password];
  const lowered = password.toLowerCase();
  const name = username.toLowerCase();
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

/** What is wrong with a new password and its repetition, as {field: sentence}. `holdsName` is the sentence for a password that holds the username. */
export function wrongPasswords({ password, confirm_password }, username, holdsName) {
  const errors = {};
  const met = rulesMet(password, username);
  const length = [...password].length;
  if (length < 8) errors.password = word("field.password_too_short");
  else if (length > 128) errors.password = word("field.password_too_long");
  else if (!(met.case && met.digit && met.special)) errors.password = word("field.password_needs_mix");
  else if (!met.apart) errors.password = holdsName;
  if (password !== confirm_password) errors.confirm_password = word("field.passwords_differ");
  return errors;
}

/** Keeps rules and strength beside the password up to date. `username()` gives what its owner signs in with, as far as it is known. */
export function watchStrength(passwordInput, username) {
  const levels = ["", word("password.weak"), word("password.fair"), word("password.good"), word("password.strong")];
  let later;
  const look = () => {
    const met = rulesMet(passwordInput.value, username());
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
  passwordInput.form.addEventListener("input", look);
  look();
}
