// Days, times and numbers as people here write them: 05 January 2026, 05 जनवरी 2026; 1,00,000. Digits stay those of the papers.
import { language, word } from "./words.js";

const locale = `${language}-IN-u-nu-latn`;
const days = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "long", year: "numeric", timeZone: "UTC" });
const numbers = new Intl.NumberFormat(locale);
const IST = 330 * 60000; // 5 h 30 min ahead of UTC, all year

/** "2026-01-05" as "05 January 2026", which never parts at the end of a line. */
export const dayOfDate = (iso) => days.format(Date.parse(`${iso.slice(0, 10)}T00:00:00Z`)).replaceAll(" ", "\u00a0");

/** The day in India of an instant. */
export const dayOf = (instant) => dayOfDate(there(instant));

/** "05 January 2026, 12:25 IST" of an instant. */
export const dayAndTime = (instant) => word("clock.day_and_time", { day: dayOf(instant), time: there(instant).slice(11, 16) });

/** 100000 as "1,00,000". */
export const written = (number) => numbers.format(number);

const there = (instant) => new Date(Date.parse(instant) + IST).toISOString();
