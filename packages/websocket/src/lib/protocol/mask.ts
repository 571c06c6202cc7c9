// Masking (RFC 6455 §5.3). Owns: the exclusive or of payload and mask, and fresh masks. Must not know: frames.
// HOT: `pnpm bench websocket`
//
// A mask is a number here: its four bytes, the first one lowest. SEC-31: so it has four bytes, whatever came.
import { randomFillSync } from 'node:crypto';
import { nativeMaskInto } from './native-mask.ts';

const IS_LITTLE_ENDIAN = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;

/** From here on, a view for words of four bytes is worth it; below, bytes are masked by hand. */
const WORDS_FROM = 256;
/** From here on, a call into the native part is, where there is one (decision 8). */
const NATIVE_FROM = 128;

/** The mask as it begins `phase` bytes on. */
export function rotateMask(mask: number, phase: number): number {
  const bits = (phase & 3) << 3;
  return bits === 0 ? mask : (mask >>> bits) | (mask << (32 - bits));
}

/**
 * Copies `source` from `start` to `end` to `target` at `at`, masked; the mask begins with the first byte. Answers a number that
 * has bit 7 set if any byte of the result has.
 */
export function maskInto(
  target: Buffer,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  mask: number,
): number {
  if (end - start >= NATIVE_FROM && nativeMaskInto !== null)
    return nativeMaskInto(target, at, source, start, end, mask);
  return plainMaskInto(target, at, source, start, end, mask);
}

/** The same without the native part. */
export function plainMaskInto(
  target: Buffer,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  mask: number,
): number {
  const size = end - start;
  if (size < WORDS_FROM) return maskBytes(target, at, source, start, end, mask);
  target.set(source.subarray(start, end), at);
  return maskInPlace(target, at, at + size, mask);
}

function maskBytes(
  target: Buffer,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  mask: number,
): number {
  const b0 = mask & 0xff;
  const b1 = (mask >>> 8) & 0xff;
  const b2 = (mask >>> 16) & 0xff;
  const b3 = mask >>> 24;
  const whole = start + ((end - start) & ~3);
  let seen = 0;
  let from = start;
  let to = at;
  for (; from < whole; from += 4, to += 4) {
    const first = (target[to] = source[from]! ^ b0);
    const second = (target[to + 1] = source[from + 1]! ^ b1);
    const third = (target[to + 2] = source[from + 2]! ^ b2);
    const fourth = (target[to + 3] = source[from + 3]! ^ b3);
    seen |= first | second | third | fourth;
  }
  for (let bits = 0; from < end; from++, to++, bits += 8) {
    const byte = source[from]! ^ ((mask >>> bits) & 0xff);
    target[to] = byte;
    seen |= byte;
  }
  return seen;
}

/** Masks `bytes` from `start` to `end`; the mask begins with the byte at `start`. Answers as `maskInto`. */
function maskInPlace(bytes: Buffer, start: number, end: number, mask: number): number {
  if (!IS_LITTLE_ENDIAN) return maskBytes(bytes, start, bytes, start, end, mask);
  const misaligned = (4 - ((bytes.byteOffset + start) & 3)) & 3;
  const from = Math.min(end, start + misaligned);
  let seen = maskBytes(bytes, start, bytes, start, from, mask);
  const count = (end - from) >> 2;
  if (count > 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + from, count);
    seen |= maskWords(words, rotateMask(mask, misaligned));
  }
  const rest = from + (count << 2);
  return seen | maskBytes(bytes, rest, bytes, rest, end, rotateMask(mask, rest - start));
}

function maskWords(words: Int32Array, mask: number): number {
  let seen = 0;
  for (let n = 0; n < words.length; n++) {
    const word = words[n]! ^ mask;
    words[n] = word;
    seen |= word;
  }
  return (seen & 0x80808080) === 0 ? 0 : 0x80;
}

const POOL_BYTES = 8192;
let pool: Int32Array | null = null;
let poolAt = 0;

/** RFC 6455 §10.3: a mask that nobody can foresee, for each frame (WSK-14). */
export function freshMask(): number {
  if (pool === null || poolAt === pool.length) {
    pool ??= new Int32Array(POOL_BYTES / 4);
    randomFillSync(pool);
    poolAt = 0;
  }
  return pool[poolAt++]!;
}
