import { isStaff } from "./roles.js";
import { readySecondFactor } from "./second-factor.js";
import { goBack, open } from "./signed-in.js";

const session = await open({ half: true });
if (session.level === "full") await goBack();
readySecondFactor({ session, mayTrust: !isStaff(session.role), done: () => goBack() });
