// What this tab remembers: the registration under way and what was typed. Never a password, never in an address.
const spare = new Map(); // for a browser that allows no storage: better forgetful than broken

export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    spare.set(name, value);
  }
}

export function kept(name) {
  try {
    const text = sessionStorage.getItem(name);
    return text === null ? (spare.get(name) ?? null) : JSON.parse(text);
  } catch {
    return spare.get(name) ?? null;
  }
}

/** For "pageshow": a page that the browser kept for its Back button shows what was; what it shows may have gone on since. */
export function reloadIfKept(event) {
  if (event.persisted) location.reload();
}

export function forget(...names) {
  for (const name of names) {
    spare.delete(name);
    try {
      sessionStorage.removeItem(name);
    } catch {
      // nothing is stored where nothing can be
    }
  }
}

/** Forgets everything of this tab: after sign-out and once a registration is complete. */
export function forgetAll() {
  spare.clear();
  try {
    sessionStorage.clear();
  } catch {
    // as above
  }
}
