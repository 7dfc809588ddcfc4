import { reset } from "./resetting.js";
import { readyTwoCodes } from "./two-codes.js";

await readyTwoCodes(reset);
