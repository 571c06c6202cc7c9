// UTF-8 as it comes in pieces (RFC 3629). Owns: how far bytes are surely text, and whether an incomplete end can become some.
// HOT: `pnpm bench websocket`
import { isUtf8 } from 'node:buffer';

/** Whether these bytes are UTF-8, from the first to the last. */
export function isValidUtf8(bytes: Uint8Array): boolean {
  return isUtf8(bytes);
}

/**
 * How many of the last bytes before `end` are the beginning of a character of which bytes are missing: 0 to 3. Bytes that no
 * byte can complete are not counted, and are found wrong with those before them.
 */
function incompleteTail(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue; // a byte that continues a character: its first one stands before it
    const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needed > back && canGoOn(bytes, end - back, back) ? back : 0;
  }
  return 0;
}

/** RFC 3629 §4: whether the first `count` bytes at `at` begin some character. */
function canGoOn(bytes: Uint8Array, at: number, count: number): boolean {
  const first = bytes[at]!;
  if (first < 0xc2 || first > 0xf4) return false;
  if (count === 1) return true;
  const second = bytes[at + 1]!;
  switch (first) {
    case 0xe0: // overlong
      return second >= 0xa0;
    case 0xed: // surrogates
      return second <= 0x9f;
    case 0xf0: // overlong
      return second >= 0x90;
    case 0xf4: // behind U+10FFFF
      return second <= 0x8f;
    default:
      return true;
  }
}

/**
 * Whether `bytes` from `start` to `end` can be text as far as they go. Answers the index up to which they surely are, -1 if they
 * are not and cannot become it.
 */
export function checkUtf8(bytes: Buffer, start: number, end: number): number {
  const sure = end - incompleteTail(bytes, start, end);
  return isUtf8(bytes.subarray(start, sure)) ? sure : -1;
}
