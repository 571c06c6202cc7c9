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

/** 1 where the octet is visible: what a request target may hold, RFC 3986 and what browsers send besides (HTU-32). */
export const IS_VISIBLE: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  IS_VISIBLE[octet] = octet > SP && octet !== 0x7f ? 1 : 0;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const VISIBLE = /^[\x21-\x7e\x80-\xff]+$/;

/** Whether the text is an RFC 9110 token: a method, a field name. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text can be a field's value: one byte a character, no controls but HTAB. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** Whether the text can be a request target: at least one character, all of them visible, one byte each. */
export function isTarget(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether `buffer` holds `word` at `at`, without regard to case; `word` is in lower case and holds no controls. */
export function holdsWord(buffer: Uint8Array, at: number, word: string): boolean {
  // Setting bit 5 folds letters; of other octets it maps only controls to those that a word may hold.
  for (let index = 0; index < word.length; index++) {
    if ((buffer[at + index]! | 0x20) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** Without space and tab at both ends: other white space is content (SEC-15, PYS-18). */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Whether it is SP or HTAB. */
export function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** The text as a message quotes it: escaped, and not longer than anybody wants to read. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
