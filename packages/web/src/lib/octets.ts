// Text and bytes, where either may be given.

/** The bytes of text as UTF-8; bytes as they are, not copied. */
export function toBuffer(value: string | Uint8Array): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.isBuffer(value)
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** The same as text of one byte a character. */
export function toLatin1(value: string | Uint8Array): string {
  return toBuffer(value).toString('latin1');
}
