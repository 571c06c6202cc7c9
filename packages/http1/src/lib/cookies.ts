// The Cookie header. HTU-18, HTU-19; RFC 6265 §4.2.
import { cut, trimBlanks } from './octets.ts';

/**
 * Cookies by name, as a browser would have them, whatever is in their names; of several with one name the last wins (HTU-19).
 * Linear in the text (SEC-17).
 */
export function parseCookie(text: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf(';', start);
    const end = found < 0 ? text.length : found;
    const part = cut(text, start, end);
    start = end + 1;
    const at = part.indexOf('=');
    const name = at < 0 ? '' : trimBlanks(part.slice(0, at));
    const value = trimBlanks(at < 0 ? part : part.slice(at + 1));
    if (name !== '' || value !== '') cookies.set(name, unquoteCookie(value));
  }
  return cookies;
}

/** `"a\054b"` is `a,b`. */
function unquoteCookie(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const end = value.length - 1;
  let text = '';
  let from = 1;
  for (let at = value.indexOf('\\', 1); at >= 0 && at + 1 < end; at = value.indexOf('\\', from)) {
    text += value.slice(from, at);
    const octal = octalAt(value, at + 1, end);
    text += octal < 0 ? value.charAt(at + 1) : String.fromCharCode(octal);
    from = at + (octal < 0 ? 2 : 4);
  }
  return text + value.slice(from, end);
}

/** The value of three octal digits, the first up to 3, at a place; or -1. */
function octalAt(value: string, at: number, end: number): number {
  if (at + 3 > end) return -1;
  let code = 0;
  for (let place = 0; place < 3; place++) {
    const digit = value.charCodeAt(at + place) - 0x30;
    if (digit < 0 || digit > (place === 0 ? 3 : 7)) return -1;
    code = code * 8 + digit;
  }
  return code;
}

const LEGAL = /^[A-Za-z0-9!#$%&'*+\-.^_`|~:]+$/;
/** Names that are attributes of Set-Cookie, and so no cookie's. */
const RESERVED = new Set(
  'expires path comment domain max-age secure httponly version samesite'.split(' '),
);

/** Whether a cookie can have this name: `parseCookie` gives others, too, that no server has set (HTU-18, PYS-8). */
export function isCookieName(name: string): boolean {
  return LEGAL.test(name) && !RESERVED.has(name.toLowerCase());
}
