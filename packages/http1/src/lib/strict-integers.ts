// Integers as protocols write them: digits and nothing else, where `Number` and `parseInt` take signs, blanks, underscores,
// prefixes and what comes behind (PYS-17, SEC-13).
import { quoted } from './octets.ts';

/**
 * Reads decimal digits.
 * @throws RangeError for any other text, and for values over 2^53 - 1.
 */
export function parseInt10(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new RangeError(`not an integer: ${quoted(text)}`);
  return safe(Number(text), text);
}

/**
 * Reads hexadecimal digits.
 * @throws RangeError for any other text, and for values over 2^53 - 1.
 */
export function parseHexInt(text: string): number {
  if (!/^[0-9A-Fa-f]+$/.test(text)) throw new RangeError(`not a hex integer: ${quoted(text)}`);
  return safe(Number.parseInt(text, 16), text);
}

function safe(value: number, text: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${quoted(text)} is over 2^53 - 1`);
}
