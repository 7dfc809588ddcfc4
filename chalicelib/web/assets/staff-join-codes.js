import { joining } from "./joining.js";
import { readyTwoCodes } from "./two-codes.js";

await readyTwoCodes(joining);
