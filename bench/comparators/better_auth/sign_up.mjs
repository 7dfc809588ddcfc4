// Sign-up with a code in better-auth: two requests (send the code, sign in with it), a user and a session written to its own
// memory adapter, the handler called in process. Prints {"cpu_ms": [per sign-up, one for each batch], "sign_ups": n}.
// node sign_up.mjs <warm-up sign-ups> <batches> <sign-ups in a batch>
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { emailOTP } from "better-auth/plugins";

const [warmUp, batches, size] = process.argv.slice(2).map(Number);
const origin = "http://localhost:3000";
const store = { user: [], session: [], account: [], verification: [] };
const sent = new Map();

const auth = betterAuth({
  baseURL: origin,
  secret: crypto.randomUUID() + crypto.randomUUID(),
  database: memoryAdapter(store),
  logger: { disabled: true },
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  plugins: [emailOTP({ storeOTP: "hashed", sendVerificationOTP: async ({ email, otp }) => void sent.set(email, otp) })],
});

async function post(path, body) {
  const request = new Request(`${origin}/api/auth${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify(body),
  });
  const response = await auth.handler(request);
  const answer = await response.json();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function signUp(email) {
  await post("/email-otp/send-verification-otp", { email, type: "sign-in" });
  const answer = await post("/sign-in/email-otp", { email, otp: sent.get(email), name: "Asha Exports" });
  if (!answer.token || answer.user.email !== email) throw new Error(`no session for ${email}`);
}

let people = 0;
async function batch(count) {
  for (const rows of Object.values(store)) rows.length = 0;
  sent.clear();
  const before = process.cpuUsage();
  for (let i = 0; i < count; i += 1) await signUp(`person${(people += 1)}@example.in`);
  const used = process.cpuUsage(before);
  if (store.user.length !== count || store.session.length !== count) throw new Error("a user or a session was not written");
  return (used.user + used.system) / 1000 / count;
}

for (let done = 0; done < warmUp; done += size) await batch(size);
const cpu = [];
for (let i = 0; i < batches; i += 1) cpu.push(await batch(size));
console.log(JSON.stringify({ cpu_ms: cpu, sign_ups: batches * size }));
