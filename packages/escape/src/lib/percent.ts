// Percent-encoding on bytes (PYS-1, PYS-2). Must not know: plus signs, slashes, queries, text encodings.

/** What each byte becomes: itself if it is a letter, a digit or one of `_ . - ~`, else %XX. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  return /[\w.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** Writes bytes as unreserved characters and %XX. */
export function percentEncode(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += ENCODED[byte] ?? '';
  return out;
}

/** Reads %XX as bytes, in place of what else is there; a % without two hex digits stays. The result is a copy. */
export function percentDecode(bytes: Uint8Array): Uint8Array {
  const out = Buffer.from(bytes);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const high = byte === PERCENT ? hexDigit(bytes[i + 1]) : -1;
    const low = high === -1 ? -1 : hexDigit(bytes[i + 2]);
    if (low === -1) out[length++] = byte;
    else {
      out[length++] = high * 16 + low;
      i += 2;
    }
  }
  return out.subarray(0, length);
}

const PERCENT = 37;

/** The value of a hex digit; -1 if it is none. */
function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
