// Speaks to the API. Every refusal becomes one `Problem` whose words are for the reader.
import { base, language, word } from "./words.js";

const PATIENCE = 30000; // ms; the API answers within 29 s or not at all

let ahead = 0; // the server's clock minus ours, in ms

/** The server's time now, in ms: a wrong clock on the desk does not cut a countdown short. */
export const now = () => Date.now() + ahead;

export class Problem extends Error {
  constructor(body, status) {
    super(body.title);
    this.status = status;
    this.code = body.code;
    this.title = body.title;
    this.detail = body.detail;
    this.errors = body.errors ?? {};
    this.reasons = body.reasons ?? {};
    this.retryAt = body.retry_at ?? null;
    this.attemptsLeft = body.attempts_left ?? null;
  }
}

export const offline = () => new Problem({ code: "offline", title: word("script.offline.title"), detail: word("script.offline.detail") }, 0);

const broken = (status) =>
  new Problem({ code: "internal_error", title: word("refusal.internal_error.title"), detail: word("refusal.internal_error.detail") }, status);

/** One request. Returns the answer's JSON (null when it has none) with `retryAfter` in ms; throws `Problem`. */
export async function call(method, path, { body, token, signal } = {}) {
  const headers = { Accept: "application/json, application/problem+json", "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const ended = new AbortController();
  const bell = setTimeout(() => ended.abort(), PATIENCE);
  signal?.addEventListener("abort", () => ended.abort());
  let answer;
  let text;
  try {
    answer = await fetch(base + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: ended.signal,
    });
    text = await answer.text();
  } catch {
    throw offline();
  } finally {
    clearTimeout(bell);
  }
  const told = Date.parse(answer.headers.get("Date"));
  // Whole seconds only: a small difference is the network's, not the clock's.
  if (told && Math.abs(told - Date.now()) > 5000) ahead = told - Date.now();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    throw broken(answer.status);
  }
  if (!answer.ok) throw json?.code ? new Problem(json, answer.status) : broken(answer.status);
  return json && { ...json, retryAfter: 1000 * (Number(answer.headers.get("Retry-After")) || 1) };
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
