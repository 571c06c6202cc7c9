// Query strings and URL-encoded forms: `a=1&b=2`. PYS-1 to 4.
import { cut, hexDigit } from './octets.ts';

/** Values by name, each in the order they came in. */
export type ArgumentMap = Map<string, Uint8Array[]>;

/**
 * Reads a query or an URL-encoded form; blank values are kept (HTU-14). Names are UTF-8 text; values are bytes, for what
 * their encoding is only the application knows.
 *
 * @param text Text is taken as it comes from a request's head, one byte a character; text with characters beyond U+00FF
 *   is none of that and taken as UTF-8.
 */
export function parseQs(text: string | Uint8Array): ArgumentMap {
  const args: ArgumentMap = new Map();
  const source = typeof text === 'string' ? latin1Of(text) : Buffer.from(text).toString('latin1');
  for (const [name, value] of splitPairs(source)) {
    const key = unquoteBytes(name).toString();
    const values = args.get(key);
    if (values === undefined) args.set(key, [unquoteBytes(value)]);
    else values.push(unquoteBytes(value));
  }
  return args;
}

/**
 * Reads a query as text, in UTF-8; what is none becomes U+FFFD. All pairs in their order, blank values kept. It is the fast
 * way for those who need no bytes.
 *
 * @param text As it comes from a request's head, or any text; both mean the same as long as it is ASCII.
 */
export function parseQsl(text: string): [name: string, value: string][] {
  return Array.from(splitPairs(latin1Of(text)), ([name, value]) => [
    unquoteText(name),
    unquoteText(value),
  ]);
}

/** One pair for each value: what `parseQs` gives, flat. */
export function* qsToQsl<V>(
  args: Iterable<readonly [string, Iterable<V>]>,
): Generator<[name: string, value: V]> {
  for (const [name, values] of args) {
    for (const value of values) yield [name, value];
  }
}

/** PYS-3: the separator is `&` alone, a missing `=` is a blank value. */
function* splitPairs(source: string): Generator<readonly [name: string, value: string]> {
  for (let start = 0; start < source.length;) {
    const found = source.indexOf('&', start);
    const end = found < 0 ? source.length : found;
    const pair = cut(source, start, end);
    start = end + 1;
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    yield equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  }
}

const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;

/** PYS-2: `%` and two hex digits is a byte, `+` is a space, everything else is itself. One byte a character. */
function unquoteBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    let octet = bytes[at]!;
    if (octet === PLUS) octet = SPACE;
    else if (octet === PERCENT) {
      const value = escapeAt(bytes, at + 1);
      if (value >= 0) {
        octet = value;
        at += 2;
      }
    }
    bytes[to++] = octet;
  }
  return to === bytes.length ? bytes : bytes.subarray(0, to);
}

/** The value of two hex digits at a place, or -1. */
function escapeAt(bytes: Buffer, at: number): number {
  if (at + 1 >= bytes.length) return -1;
  const high = hexDigit(bytes[at]!);
  const low = hexDigit(bytes[at + 1]!);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

const ASCII = /^[\x20-\x7e]*$/;
const ESCAPED = /[%+]/;

function unquoteText(text: string): string {
  if (!ESCAPED.test(text) && ASCII.test(text)) return text;
  return unquoteBytes(text).toString();
}

const BEYOND_LATIN1 = /[^\0-\xff]/;

/** One byte a character, as text from the wire already has it. */
function latin1Of(text: string): string {
  return BEYOND_LATIN1.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/**
 * PYS-4: writes pairs as a query, in UTF-8, with spaces as `+`. Bytes go byte by byte, numbers and booleans as JavaScript
 * writes them. @throws TypeError for objects, functions, null and undefined, whose text nobody wants.
 */
export function encodeQs(pairs: Iterable<readonly [string, unknown]>): string {
  return Array.from(pairs, ([name, value]) => `${quotePlus(name)}=${quotePlus(value)}`).join('&');
}

/** PYS-1. */
function quotePlus(value: unknown): string {
  if (value instanceof Uint8Array) return quoteBytes(value);
  return encodeURIComponent(textOf(value))
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return Buffer.from(value).toString(); // a surrogate alone becomes U+FFFD
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      throw new TypeError(
        `${value === null ? 'null' : typeof value} in a query: it must be text or bytes`,
      );
  }
}

function quoteBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w.~-]/.test(character)) return character;
    return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/**
 * Appends arguments to a URL's query, before its fragment; what is there already stays, `?x` as `?x=` (HTU-20).
 * @throws TypeError for arguments, or a value among them, of another kind.
 */
export function urlConcat(
  url: string,
  args: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]> | null,
): string {
  if (args === null) return url;
  if (typeof args !== 'object')
    throw new TypeError(`'args' parameter should be a record, pairs or null, not ${typeof args}`);
  const added = Symbol.iterator in args ? args : Object.entries(args);
  const [, head = '', query = '', fragment = ''] =
    /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  const all = [...knownPairs(query), ...added];
  return all.length === 0 ? url : `${head}?${encodeQs(all)}${fragment}`;
}

/** What a URL has already. It is text of ours, not of the wire: characters beyond ASCII are themselves. */
function knownPairs(query: string): [string, Uint8Array][] {
  const bytes = Buffer.from(query);
  return Array.from(splitPairs(bytes.toString('latin1')), ([name, value]) => [
    unquoteBytes(name).toString(),
    unquoteBytes(value),
  ]);
}
