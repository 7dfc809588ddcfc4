import { signUp } from "./signing-up.js";
import { readyTwoCodes } from "./two-codes.js";

await readyTwoCodes(signUp);
