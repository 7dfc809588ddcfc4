// Elements made by script: never from strings of HTML, so that what the API tells is always text.

/** make("a", { href: "…", class: "quiet" }, "text", otherElement): an attribute that is null or false is left out. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Text for screen readers alone. */
export const unseen = (text) => make("span", { class: "visually-hidden" }, text);

/** Another question on the same page: heading, title and focus go to it. */
export function turnTo(heading, text, siteName) {
  heading.textContent = text;
  document.title = `${text} – ${siteName}`;
  heading.focus();
  scrollTo(0, 0);
}
