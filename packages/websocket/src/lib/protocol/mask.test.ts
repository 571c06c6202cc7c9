import { describe, expect, it } from 'vitest';
import { freshMask, maskInto, plainMaskInto, rotateMask } from './mask.ts';
import { nativeMaskInto } from './native-mask.ts';

const MASKS = { abcd: Buffer.from('abcd').readInt32LE(), rising: 0x03020100 };
const WAYS = Object.entries({
  'as it is chosen': maskInto,
  'in JavaScript': plainMaskInto,
  'by the native part': nativeMaskInto ?? plainMaskInto,
});

/** Byte by byte, as the RFC says it. */
function expected(source: Buffer, mask: number): Buffer {
  return Buffer.from(source.map((byte, at) => byte ^ (rotateMask(mask, at) & 0xff)));
}

describe.each(WAYS)('masking, %s', (_way, mask) => {
  it.each([
    ['abcd', '3534333231', Buffer.from('TVPVP').toString('hex')],
    ['rising', 'fffbfdfcfefa', 'fffafffffefb'],
  ] as const)('%s over %s is %s (UTL-16)', (name, source, result) => {
    const bytes = Buffer.from(source, 'hex');
    const target = Buffer.alloc(bytes.length);
    mask(target, 0, bytes, 0, bytes.length, MASKS[name]);
    expect(target.toString('hex')).toBe(result);
  });

  it('is right for every length and place, and touches nothing else', () => {
    const source = Buffer.from(Array.from({ length: 700 }, (_, at) => (at * 7) & 0x7f));
    for (let size = 0; size < 600; size++) {
      const [start, at] = [size % 5, size % 3];
      const target = Buffer.alloc(700, 0xee);
      mask(target, at, source, start, start + size, MASKS.rising);
      const part = expected(source.subarray(start, start + size), MASKS.rising);
      expect(target.subarray(at, at + size).equals(part)).toBe(true);
      expect([...target.subarray(0, at), target[at + size]].every((byte) => byte === 0xee)).toBe(
        true,
      );
    }
  });

  it('tells whether a byte of the result has its high bit, wherever it is', () => {
    const mask32 = freshMask();
    for (const size of [1, 3, 64, 130, 300]) {
      const ascii = expected(Buffer.alloc(size, 'a'), mask32);
      const target = Buffer.alloc(size);
      expect(mask(target, 0, ascii, 0, size, mask32) & 0x80).toBe(0);
      for (let at = 0; at < size; at++) {
        ascii[at]! ^= 0x80;
        expect(mask(target, 0, ascii, 0, size, mask32) & 0x80).toBe(0x80);
        ascii[at]! ^= 0x80;
      }
    }
  });
});
