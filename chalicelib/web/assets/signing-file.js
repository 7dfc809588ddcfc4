// The document as a file to sign elsewhere, and the signature that comes back as a file.
import { Problem } from "./api.js";
import { make } from "./make.js";
import { word } from "./words.js";

const LARGEST = 64 * 1024; // bytes of a signature; the server takes no more
const LONGEST = 90000; // signs of one as text
const KEY_FILES = /\.(pfx|p12|key|jks|keystore)$/i;

const wrong = (sentence) => new Problem({ code: "invalid_fields", title: word("signing.file_problem"), errors: { signature: sentence } }, 0);

/** The exact bytes that are signed: UTF-8, nothing before and nothing after. */
export const bytesOf = (text) => new TextEncoder().encode(text);

/** SHA-256 in hex, or "" where the browser computes none (it does on https and on this machine). */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** Saves the document under `name`, byte by byte. */
export function save(text, name) {
  const address = URL.createObjectURL(new Blob([bytesOf(text)], { type: "text/plain;charset=utf-8" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** What is wrong with the file that was chosen, as far as its name and size tell: { field: sentence }. */
export function checkFile(file) {
  if (!file) return {};
  if (KEY_FILES.test(file.name)) return { signature: word("signing.file_is_key") };
  if (file.size === 0) return { signature: word("signing.file_empty") };
  if (file.size > LONGEST) return { signature: word("signing.file_too_large") };
  return {};
}

/** The signature in a file as it is handed in: text (PEM or base64) as it stands, anything else in base64. Throws a `Problem`. */
export async function signatureIn(file, document) {
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw wrong(word("signing.file_unreadable"));
  }
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes).trim();
  if (text === document.trim()) throw wrong(word("signing.file_is_document"));
  if (text.startsWith("%PDF-")) throw wrong(word("signing.file_is_pdf"));
  if (text.includes("PRIVATE KEY-----")) throw wrong(word("signing.file_is_key"));
  if (/^[\x20-\x7e\s]+$/.test(text)) return text;
  if (bytes.length > LARGEST) throw wrong(word("signing.file_too_large"));
  return base64(bytes);
}
