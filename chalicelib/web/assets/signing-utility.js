// The signing utility of the reader's own machine: a program beside the browser that holds the keys. docs/signing-utility.md says what
// goes over the line. Another program of that kind is adapted by putting a module with the same `connect` in this one's place.
import { Problem } from "./api.js";
import { word } from "./words.js";

const PROTOCOL = "pravesh-signing.v1";
const PATIENCE = { hello: 5000, certificates: 30000, sign: 120000 }; // ms; a person confirms and types a PIN

const WORDS = {
  not_running: word("utility.not_running"),
  ended: word("utility.ended"),
  version_not_supported: word("utility.version_not_supported"),
  no_certificates: word("utility.no_certificates"),
  certificate_unknown: word("utility.certificate_unknown"),
  cancelled: word("utility.cancelled"),
  pin_incorrect: word("utility.pin_incorrect"),
  pin_locked: word("utility.pin_locked"),
  busy: word("utility.busy"),
  timed_out: word("utility.timed_out"),
};

/** What the utility refused, in the reader's words; what a utility says itself is never shown: it is not ours. */
const refusal = (code) => new Problem({ code: `utility_${code}`, title: WORDS[code] ?? word("utility.failed"), detail: "" }, 0);

/**
 * Connects to `address`. Returns { certificates(), sign({ certificateId, document, sha256 }), close() }: the first gives
 * [{ certificate_id, common_name, organisation, issuer, not_after, can_sign }], the second the signature in base64. Each throws a `Problem`.
 */
export async function connect(address) {
  const socket = await opened(address);
  let waiting = null; // the one request that is under way
  let count = 0;

  socket.addEventListener("message", ({ data }) => {
    const answer = parsed(data);
    if (waiting && answer?.id === waiting.id) waiting.settle(answer);
  });
  socket.addEventListener("close", () => waiting?.settle({ type: "refusal", code: "ended" }));

  function ask(type, members = {}) {
    if (waiting) throw refusal("busy");
    if (socket.readyState !== WebSocket.OPEN) throw refusal("ended");
    count += 1;
    const id = count;
    return new Promise((done, fail) => {
      const bell = setTimeout(() => waiting.settle({ type: "refusal", code: "timed_out" }), PATIENCE[type]);
      waiting = {
        id,
        settle(answer) {
          clearTimeout(bell);
          waiting = null;
          if (answer.type === type) done(answer);
          else fail(refusal(answer.type === "refusal" ? answer.code : "failed"));
        },
      };
      socket.send(JSON.stringify({ type, id, ...members }));
    });
  }

  try {
    await ask("hello", { versions: [1] });
  } catch (problem) {
    socket.close();
    throw problem;
  }
  return {
    async certificates() {
      const { certificates } = await ask("certificates");
      if (!Array.isArray(certificates) || !certificates.length) throw refusal("no_certificates");
      return certificates;
    },
    async sign({ certificateId, document, sha256 }) {
      const { signature } = await ask("sign", { certificate_id: certificateId, document, sha256 });
      if (typeof signature !== "string" || !signature) throw refusal("failed");
      return signature;
    },
    close: () => socket.close(),
  };
}

function opened(address) {
  return new Promise((done, fail) => {
    const no = () => fail(refusal("not_running"));
    let socket;
    try {
      socket = new WebSocket(address, PROTOCOL);
    } catch {
      no(); // some browsers forbid a page on https to connect to the machine that it is read on
      return;
    }
    const bell = setTimeout(() => socket.close(), PATIENCE.hello);
    socket.addEventListener("open", () => {
      clearTimeout(bell);
      done(socket);
    });
    socket.addEventListener("close", () => {
      clearTimeout(bell);
      no();
    });
  });
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
