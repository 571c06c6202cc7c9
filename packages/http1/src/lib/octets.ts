// Which octets may stand where: the grammar of RFC 9110 §5.5 and §5.6.2 as tables of 256.
// HOT: `pnpm bench http`

/** Horizontal tab. */
export const HTAB = 9;
/** Line feed. */
export const LF = 10;
/** Carriage return. */
export const CR = 13;
/** Space. */
export const SP = 32;
/** Between the members of a list. */
export const COMMA = 44;
/** Behind a field’s name. */
export const COLON = 58;

/** What some take for a hyphen. */
export const UNDERSCORE = 95;

/** RFC 9110 §5.6.2: tchar. */
const TOKEN_CHARACTERS =
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** 1 where the octet may be part of a token. */
export const IS_TOKEN: Uint8Array = new Uint8Array(256);
for (const character of TOKEN_CHARACTERS) IS_TOKEN[character.charCodeAt(0)] = 1;

/** RFC 9110 §5.5: 1 where the octet may be part of a field value: VCHAR, obs-text, SP, HTAB. */
export const IS_FIELD_VALUE: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  IS_FIELD_VALUE[octet] = octet === HTAB || (octet >= SP && octet !== 0x7f) ? 1 : 0;
}

/**
 * 1 where a request target may hold the octet: what is visible, RFC 3986 and what browsers send besides (HTU-32).
 * Deviation: no `#`, which RFC 9112 §3.2 has in no target. Recipients that take it differ in whether the path ends there.
 */
export const IS_TARGET: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  IS_TARGET[octet] = octet > SP && octet !== 0x7f && octet !== 0x23 ? 1 : 0;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const TARGET = /^[!"\x24-\x7e\x80-\xff]+$/;

/** Whether the text is an RFC 9110 token: a method, a field name. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text can be a field's value: one byte a character, no controls but HTAB. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** Whether the text can be a request target: at least one character, all of them visible and no `#`, one byte each. */
export function isTarget(text: string): boolean {
  return TARGET.test(text);
}

/** Whether `buffer` holds `word` at `at`, without regard to case; `word` is in lower case and holds no controls. */
export function holdsWord(buffer: Uint8Array, at: number, word: string): boolean {
  // Setting bit 5 folds letters; of other octets it maps only controls to those that a word may hold.
  for (let index = 0; index < word.length; index++) {
    if ((buffer[at + index]! | 0x20) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const folded = octet | 0x20;
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1;
}

/** Without space and tab at both ends: other white space is content (SEC-15, PYS-18). */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Of a text as long as that, pieces are copied. */
const MAX_SHARED_LENGTH = 4096;
/** Shorter pieces are copies anyway. */
const MIN_SHARING_LENGTH = 13;

/**
 * A piece of a text. The engine makes it a window on the whole text, which then lives as long as the
 * piece: a session's name out of a head of 64 KiB would keep all of it. Of a text that long it is a copy.
 */
export function cut(text: string, start: number, end: number): string {
  const piece = text.slice(start, end);
  if (text.length <= MAX_SHARED_LENGTH || piece.length < MIN_SHARING_LENGTH) return piece;
  const copy = Buffer.from(piece, 'latin1').toString('latin1');
  return copy === piece ? copy : piece;
}

/** Whether it is SP or HTAB. */
export function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** Controls that JSON leaves as they are; a terminal that shows a log does not. */
const MORE_CONTROLS = /[\x7f-\x9f\u2028\u2029]/g;

/** The text as a message quotes it: escaped, and not longer than anybody wants to read. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
  return escaped.replace(
    MORE_CONTROLS,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
