import { now } from "./api.js";
import { readySecondFactor } from "./second-factor.js";
import { goBack, open } from "./signed-in.js";

const session = await open();
if (Date.parse(session.fresh_until) - now() > 4 * 60000) await goBack("/account");
readySecondFactor({ session, done: () => goBack("/account") });
