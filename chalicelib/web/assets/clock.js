// Times of day in India, and the countdown that speaks rarely.
import { now } from "./api.js";
import { find, word } from "./words.js";

const IST = 330 * 60000; // 5 h 30 min ahead of UTC, all year
const SPEAKS_AT = [60, 30, 10, 1]; // minutes left

const two = (number) => String(number).padStart(2, "0");

function parts(instant) {
  const there = new Date(Date.parse(instant) + IST);
  return {
    day: `${two(there.getUTCDate())}-${two(there.getUTCMonth() + 1)}-${there.getUTCFullYear()}`,
    time: `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`,
  };
}

/** "21-11-2026, 19:24 IST", or the time alone when it is today there. */
export function clockTime(instant) {
  const told = parts(instant);
  const today = parts(new Date(now()).toISOString());
  return told.day === today.day ? word("clock.time", { time: told.time }) : dayAndTime(instant);
}

/** "21-11-2026", the day in India. */
export const dayOf = (instant) => parts(instant).day;

/** "05-01-2026" of the day "2026-01-05". */
export const dayOfDate = (iso) => iso.slice(0, 10).split("-").reverse().join("-");

export const dayAndTime = (instant) => word("clock.day_and_time", parts(instant));

/** "1 hour 59 minutes", rounded up: nobody is promised less than they have. */
export function duration(ms) {
  const minutes = Math.max(1, Math.ceil(ms / 60000));
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const told = [];
  if (hours) told.push(hours === 1 ? word("clock.hour") : word("clock.hours", { count: hours }));
  if (rest) told.push(rest === 1 ? word("clock.minute") : word("clock.minutes", { count: rest }));
  return told.join(" ");
}

/** Shows until when something can be done: `untilText(time)` says what. Returns a function that takes another instant, or null for none; `over()` is called at each end. */
export function countdown(untilText, over) {
  let until = null;
  let reached = null; // the smallest mark so far; what was past as the page opened is read there, not called out
  let shown = "";
  const tick = () => {
    if (until === null) return;
    const left = Date.parse(until) - now();
    if (left <= 0) {
      until = null;
      over();
      return;
    }
    const text = word("clock.left", { time: duration(left) });
    if (text !== shown) {
      shown = text;
      find("clock-left").textContent = text;
    }
    const mark = SPEAKS_AT.filter((minutes) => left <= minutes * 60000).at(-1) ?? Infinity;
    if (reached !== null && mark < reached) find("clock-said").textContent = text;
    reached = mark;
  };
  setInterval(tick, 1000);
  return (instant) => {
    until = instant;
    reached = null;
    find("clock").hidden = !instant;
    if (!instant) return;
    find("clock-until").textContent = untilText(clockTime(instant));
    tick();
  };
}
