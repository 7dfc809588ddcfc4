import { forget } from "./keep.js";
import { reset } from "./resetting.js";
import { find } from "./words.js";

await reset.open();
forget("typed:reset", "typed:reset-codes");
find("made-heading").focus();
