import { describe, expect, it } from 'vitest';
import { parseHexInt, parseInt10 } from './strict-integers.ts';

describe('integers of a protocol', () => {
  it('are digits (PYS-17, SEC-13)', () => {
    expect([parseInt10('007'), parseHexInt('fF')]).toEqual([7, 255]);
  });

  it.each(['', ' 1', '1 ', '+1', '-1', '1_0', '0x1', '1.0', '1e1', '\u0661', '9007199254740992'])(
    'are not %j (PYS-17, SEC-13)',
    (text) => {
      expect(() => parseInt10(text)).toThrow(RangeError);
    },
  );

  it.each(['', 'g', '0x1', '+1', ' 1', '20000000000000'])('in hex are not %j (SEC-13)', (text) => {
    expect(() => parseHexInt(text)).toThrow(RangeError);
  });
});
