// Ways to mask and to check UTF-8. Ours is what `@typhoon/websocket` runs; the others are what it could run.
import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';

/** Copies `size` bytes of `source` to `target` at `at`, masked. */
export type Mask = (source: Buffer, target: Buffer, at: number, size: number, mask: Buffer) => void;

type OurMaskInto = (
  target: Buffer,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  mask: number,
) => number;
interface OurMasking {
  readonly maskInto: OurMaskInto;
  readonly plainMaskInto: OurMaskInto;
}
interface OurUtf8 {
  readonly isValidUtf8: (bytes: Uint8Array) => boolean;
}
interface BufferUtil {
  mask(source: Buffer, mask: Buffer, output: Buffer, offset: number, length: number): void;
}

/** Not exported, for nobody else's use. */
const protocol = '../../../packages/websocket/dist/lib/protocol';
const { maskInto, plainMaskInto } = (await import(
  new URL(`${protocol}/mask.js`, import.meta.url).href
)) as OurMasking;
const { isValidUtf8 } = (await import(
  new URL(`${protocol}/utf8.js`, import.meta.url).href
)) as OurUtf8;
const require = createRequire(import.meta.url);
const bufferUtil = require('bufferutil') as BufferUtil;
const utf8Validate = require('utf-8-validate') as (bytes: Buffer) => boolean;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes of a message. */
export const SIZES: readonly number[] = [16, 125, 1024, 65_536];

/** How to mask. */
export const MASKERS: ReadonlyMap<string, Mask> = new Map<string, Mask>([
  [
    'ours',
    (source, target, at, size, mask) => {
      maskInto(target, at, source, 0, size, mask.readInt32LE(0));
    },
  ],
  [
    'ours without the native part',
    (source, target, at, size, mask) => {
      plainMaskInto(target, at, source, 0, size, mask.readInt32LE(0));
    },
  ],
  [
    'byte by byte',
    (source, target, at, size, mask) => {
      for (let n = 0; n < size; n++) target[at + n] = source[n]! ^ mask[n & 3]!;
    },
  ],
  [
    'four bytes at once, by hand',
    (source, target, at, size, mask) => {
      const [a = 0, b = 0, c = 0, d = 0] = mask;
      const whole = size & ~3;
      let n = 0;
      for (; n < whole; n += 4) {
        target[at + n] = source[n]! ^ a;
        target[at + n + 1] = source[n + 1]! ^ b;
        target[at + n + 2] = source[n + 2]! ^ c;
        target[at + n + 3] = source[n + 3]! ^ d;
      }
      for (; n < size; n++) target[at + n] = source[n]! ^ mask[n & 3]!;
    },
  ],
  [
    'readInt32LE and writeInt32LE',
    (source, target, at, size, mask) => {
      const word = mask.readInt32LE(0);
      const whole = size & ~3;
      let n = 0;
      for (; n < whole; n += 4) target.writeInt32LE(source.readInt32LE(n) ^ word, at + n);
      for (; n < size; n++) target[at + n] = source[n]! ^ mask[n & 3]!;
    },
  ],
  [
    'DataView',
    (source, target, at, size, mask) => {
      const from = new DataView(source.buffer, source.byteOffset, size);
      const to = new DataView(target.buffer, target.byteOffset + at, size);
      const word = mask.readInt32LE(0);
      const whole = size & ~3;
      let n = 0;
      for (; n < whole; n += 4) to.setInt32(n, from.getInt32(n, true) ^ word, true);
      for (; n < size; n++) target[at + n] = source[n]! ^ mask[n & 3]!;
    },
  ],
  [
    'bufferutil',
    (source, target, at, size, mask) => {
      bufferUtil.mask(source, mask, target, at, size);
    },
  ],
]);

/** What is checked. */
export const TEXTS: ReadonlyMap<string, string> = new Map([
  ['ASCII', 'the quick brown fox, '],
  ['mixed', 'naïve café — 東京 🦊 '],
]);

/** How to check. */
export const VALIDATORS: ReadonlyMap<string, (bytes: Buffer) => boolean> = new Map<
  string,
  (bytes: Buffer) => boolean
>([
  ['buffer.isUtf8, which is ours', isValidUtf8],
  ['buffer.isUtf8 itself', isUtf8],
  ['TextDecoder, fatal', decodes],
  ['toString, looking for U+FFFD', (bytes) => !bytes.toString().includes('\ufffd')],
  ['a loop', loop],
  ['utf-8-validate', utf8Validate],
]);

function decodes(bytes: Buffer): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** RFC 3629 §4, a byte at a time. */
function loop(bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at++]!;
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4) return false;
    let more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    const second = bytes[at++] ?? 0;
    if (second < low || second > high) return false;
    while (--more > 0) if (((bytes[at++] ?? 0) & 0xc0) !== 0x80) return false;
  }
  return true;
}
