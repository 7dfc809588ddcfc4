import { flow } from "./flow.js";
import { find } from "./words.js";

const OVER = ["registered", "expired", "superseded"];
const begun = flow();
if (begun && !OVER.includes(begun.status)) find("under-way").hidden = false;
