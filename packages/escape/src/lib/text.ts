// Text and its UTF-8 bytes: converting one into the other, and refusing what is neither.
// Must not know: what the text is for.

// PYS-19: strict, and a byte order mark is a character like others.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The UTF-8 bytes of a text; bytes and null come back as they are (ESC-9). A surrogate without its partner becomes U+FFFD.
 *
 * @throws TypeError for any other type.
 */
export function utf8(value: string | Uint8Array): Uint8Array;
export function utf8(value: string | Uint8Array | null): Uint8Array | null;
export function utf8(value: string | Uint8Array | null): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value);
  if (value === null || value instanceof Uint8Array) return value;
  throw wrongType(value);
}

/**
 * The text that UTF-8 bytes spell; text and null come back as they are (ESC-9).
 *
 * @throws TypeError with code `ERR_ENCODING_INVALID_ENCODED_DATA` if the bytes are not UTF-8; without a code for any other
 *   type.
 */
export function toUnicode(value: string | Uint8Array): string;
export function toUnicode(value: string | Uint8Array | null): string | null;
export function toUnicode(value: string | Uint8Array | null): string | null {
  if (typeof value === 'string' || value === null) return value;
  if (value instanceof Uint8Array) return UTF8.decode(value);
  throw wrongType(value);
}

/** {@link toUnicode} under a name that meant something in Python 2. */
export const nativeStr: typeof toUnicode = toUnicode;

/** {@link toUnicode} under a name that meant something in Python 2. */
export const toBasestring: typeof toUnicode = toUnicode;

/** What {@link toUnicode} gives, but null is refused too: for functions that need a text. */
export function textOf(value: string | Uint8Array): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return UTF8.decode(value);
  throw wrongType(value);
}

/**
 * A copy with all bytes turned into text, down through arrays, plain objects and maps, keys of maps included (ESC-10). All
 * else comes back as it is.
 *
 * @throws TypeError with code `ERR_ENCODING_INVALID_ENCODED_DATA` if some bytes are not UTF-8.
 */
export function recursiveUnicode(value: unknown): unknown {
  if (value instanceof Uint8Array) return UTF8.decode(value);
  if (Array.isArray(value)) return value.map(recursiveUnicode);
  if (value instanceof Map) {
    return new Map([...value].map(([k, v]) => [recursiveUnicode(k), recursiveUnicode(v)]));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, recursiveUnicode(v)]));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function wrongType(value: never): TypeError {
  return new TypeError(`Expected bytes, unicode, or None; got ${typeName(value)}`);
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const name: unknown = Reflect.get(value, 'constructor');
  return typeof name === 'function' ? name.name : 'object';
}
