// Numbers as people here write them: 1,00,000. Digits stay those of the papers.
import { language } from "./words.js";

const numbers = new Intl.NumberFormat(`${language}-IN-u-nu-latn`);

/** 100000 as "1,00,000". */
export const written = (number) => numbers.format(number);
