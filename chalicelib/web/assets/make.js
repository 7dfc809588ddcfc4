// Elements made by script: never from strings of HTML, so that what the API tells is always text.

/** make("a", { href: "…", class: "quiet" }, "text", otherElement): an attribute that is null or false is left out. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** "+91 98765 43210": a number that can be read out. A masked one stays as it is. */
export const spaced = (mobile) => mobile.replace(/^\+91([0-9]{5})([0-9]{5})$/, "+91 $1 $2");

/** Another question on the same page: heading, title and focus go to it. */
export function turnTo(heading, text, siteName) {
  heading.textContent = text;
  document.title = `${text} – ${siteName}`;
  heading.focus();
  scrollTo(0, 0);
}
