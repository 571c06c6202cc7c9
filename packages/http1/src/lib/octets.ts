// Which octets may stand where: the grammar of RFC 9110 §5.6.2 and RFC 9112 §5 as tables of 256.
// HOT: `pnpm bench http`

/** RFC 9110 §5.6.2: tchar. */
const TOKEN_CHARACTERS =
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** 1 where the octet may be part of a token. */
export const IS_TOKEN: Uint8Array = new Uint8Array(256);
for (const character of TOKEN_CHARACTERS) IS_TOKEN[character.charCodeAt(0)] = 1;

/** RFC 9110 §5.5: 1 where the octet may be part of a field value: VCHAR, obs-text, SP, HTAB. */
export const IS_FIELD_VALUE: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  IS_FIELD_VALUE[octet] = octet === 9 || (octet >= 0x20 && octet !== 0x7f) ? 1 : 0;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex -- the octets a field value may hold, RFC 9110 §5.5
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether the text is an RFC 9110 token: a method, a field name. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text can be a field's value: one byte a character, no controls but HTAB. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}
