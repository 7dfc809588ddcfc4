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

/** An email (or a username, which may be one) that, where it must part at the end of a line, parts before its domain. */
export function address(email) {
  const at = email.lastIndexOf("@");
  if (at < 0) return make("span", { class: "address" }, email);
  return make("span", { class: "address" }, email.slice(0, at), make("wbr"), email.slice(at));
}

/** Shows a sentence in which no date parts at the end of a line. */
export function tell(element, sentence) {
  const parts = sentence.split(/([0-9]{2}-[0-9]{2}-[0-9]{4})/);
  element.replaceChildren(...parts.map((part, at) => (at % 2 ? make("span", { class: "date" }, part) : part)));
  return element;
}

/** Another question on the same page: heading, title and focus go to it. */
export function turnTo(heading, text, siteName) {
  tell(heading, text);
  document.title = `${text} – ${siteName}`;
  heading.focus();
  scrollTo(0, 0);
}
