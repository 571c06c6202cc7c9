// Text and bytes, where either may be given.

/** The bytes of text as UTF-8; bytes as they are, not copied. */
export function toBuffer(value: string | Uint8Array): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.isBuffer(value)
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

// eslint-disable-next-line no-control-regex -- ASCII has them
const NOT_ASCII = /[^\x00-\x7f]/;

/** The same as text of one byte a character. */
export function toLatin1(value: string | Uint8Array): string {
  if (typeof value === 'string' && !NOT_ASCII.test(value)) return value;
  return toBuffer(value).toString('latin1');
}
