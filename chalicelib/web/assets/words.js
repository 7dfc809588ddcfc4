// The words of this page in the reader's language, and where the site is.
const root = document.documentElement;
const held = JSON.parse(document.getElementById("words").content.textContent);

export const base = root.dataset.base;
export const language = root.lang;
export const page = root.dataset.page;

/** The text `key` with its {placeholders} filled. A key that the page was not given is a mistake of ours. */
export function word(key, values = {}) {
  if (!(key in held)) throw new Error(`no text ${key}`);
  return held[key].replace(/\{([a-z_]+)\}/g, (_, name) => values[name]);
}

/** The address of one of our pages in the language of this one: to("/icegate/register"). */
export function to(path) {
  return `${base}/${language}${path}`;
}

/** Shows `text` in `element`, only when it changed, so that a screen reader does not repeat it. */
export function say(element, text, tone = "") {
  if (element.textContent !== text) element.textContent = text;
  element.dataset.tone = tone;
}

export const find = (id) => document.getElementById(id);
