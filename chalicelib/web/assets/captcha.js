// The security check: a proof of work that the browser does by itself as the page opens. Nobody reads a distorted picture.
import { Problem, call, pause } from "./api.js";
import { find, word } from "./words.js";

const GOOD_FOR = 15 * 60000; // ms; the server takes a solution for 20 minutes
const PATIENCE = 120000;
const SLOW = 6000;

function solve(challenge) {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL("./captcha-worker.js", import.meta.url), { type: "module" });
    const bell = setTimeout(() => stop(fail), PATIENCE);
    const stop = (settle, value) => {
      clearTimeout(bell);
      worker.terminate();
      settle(value);
    };
    worker.onmessage = ({ data }) => stop(done, data);
    worker.onerror = () => stop(fail);
    worker.postMessage(challenge);
  });
}

const failed = () =>
  new Problem({ code: "captcha_failed", title: word("captcha.failed"), detail: word("captcha.failed_detail"), errors: { captcha: word("captcha.failed_detail") } }, 0);

const STALE = ["captcha_used", "captcha_expired", "captcha_incorrect"];

/** Starts the check. Returns `sent(send)`: calls `send(solution)`, once more with a new solution where the first was too old. */
export function startCaptcha() {
  const box = find("captcha");
  const again = find("captcha-again");
  let current = null;
  let madeAt = 0;

  const show = (state, text) => {
    box.dataset.state = state;
    find("captcha-status").textContent = text;
    again.hidden = state !== "failed";
  };

  async function work() {
    show("working", word("captcha.working"));
    const slow = setTimeout(() => show("working", word("captcha.slow")), SLOW);
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          const { parameters, signature } = await call("GET", "/captcha");
          madeAt = Date.now();
          const solution = await solve({ parameters, signature });
          show("done", word("captcha.done"));
          return solution;
        } catch (problem) {
          if (tries === 3) throw problem instanceof Problem ? problem : failed();
          await pause(1000 * tries);
        }
      }
    } catch (problem) {
      show("failed", word("captcha.failed_detail"));
      throw problem;
    } finally {
      clearTimeout(slow);
    }
  }

  function renew() {
    const mine = work();
    current = mine;
    mine.catch(() => {
      if (current === mine) current = null;
    });
    return mine;
  }

  again.addEventListener("click", renew);
  renew();
  const answer = () => (current && Date.now() - madeAt < GOOD_FOR ? current : renew());
  return async (send) => {
    try {
      return await send(await answer());
    } catch (problem) {
      if (problem.status === 0) throw problem; // nothing went out, or nobody knows: the same solution may still serve
      renew();
      if (!STALE.includes(problem.code)) throw problem;
      return send(await answer());
    }
  };
}
