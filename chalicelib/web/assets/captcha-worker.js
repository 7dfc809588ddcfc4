// Finds the counter whose PBKDF2 key begins as the challenge demands (ALTCHA, version 2), away from the page's own thread.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

self.onmessage = async ({ data: challenge }) => {
  const { algorithm, nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const begun = performance.now();
  const nonceBytes = bytes(nonce);
  const password = new Uint8Array(nonceBytes.length + 4);
  password.set(nonceBytes);
  const counterPlace = new DataView(password.buffer, nonceBytes.length);
  const method = { name: "PBKDF2", hash: algorithm.split("/")[1], salt: bytes(salt), iterations: cost };
  const wanted = keyPrefix.toLowerCase();
  for (let counter = 0; counter <= 0xffffffff; counter += 1) {
    counterPlace.setUint32(0, counter); // big-endian
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(method, key, keyLength * 8));
    if (derivedKey.startsWith(wanted)) {
      const solution = { counter, derivedKey, time: Math.round(performance.now() - begun) };
      self.postMessage(btoa(JSON.stringify({ challenge, solution })));
      return;
    }
  }
};
