import { describe, expect, it } from 'vitest';

import { nativeStr, recursiveUnicode, textOf, toBasestring, toUnicode, utf8 } from './text.ts';

const WRONG: readonly [unknown, string][] = [
  [undefined, 'undefined'],
  [7, 'number'],
  [['a'], 'Array'],
  [new Date(0), 'Date'],
  [Object.create(null), 'object'],
  [new ArrayBuffer(1), 'ArrayBuffer'],
];

describe('utf8', () => {
  it('encodes text, and passes bytes and null through (ESC-9)', () => {
    const bytes = Uint8Array.of(1);
    expect([...utf8('é')]).toEqual([0xc3, 0xa9]);
    expect(utf8(bytes)).toBe(bytes);
    expect(utf8(null)).toBeNull();
  });

  it('keeps a byte order mark, and makes a lone surrogate U+FFFD (PYS-19)', () => {
    expect([...utf8('\ufeff')]).toEqual([0xef, 0xbb, 0xbf]);
    expect([...utf8('\ud800')]).toEqual([0xef, 0xbf, 0xbd]);
  });
});

describe('toUnicode', () => {
  it('decodes UTF-8, and passes text and null through (ESC-9)', () => {
    expect([toUnicode(Uint8Array.of(0xc3, 0xa9)), toUnicode('é'), toUnicode(null)]).toEqual([
      'é',
      'é',
      null,
    ]);
  });

  it('keeps a byte order mark (PYS-19)', () => {
    expect(toUnicode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it.each([[[0xe9]], [[0xc3]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'throws the decode error for bytes %j (ESC-9)',
    (bytes) => {
      expect(() => toUnicode(Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ code: 'ERR_ENCODING_INVALID_ENCODED_DATA' }),
      );
    },
  );

  it('has the names it had in Python 2', () => {
    expect([nativeStr, toBasestring]).toEqual([toUnicode, toUnicode]);
  });
});

it.each(WRONG)('no conversion takes %o (ESC-9)', (value, name) => {
  const error = new TypeError(`Expected bytes, unicode, or None; got ${name}`);
  for (const convert of [utf8, toUnicode, textOf]) {
    expect(() => convert(value as string)).toThrow(error);
  }
});

describe('recursiveUnicode', () => {
  const bytes = Uint8Array.of(0xc3, 0xa9);

  it('converts bytes down through arrays, objects and maps (ESC-10)', () => {
    expect(recursiveUnicode({ a: [bytes, { b: bytes }], c: new Map([[bytes, [bytes]]]) })).toEqual({
      a: ['é', { b: 'é' }],
      c: new Map([['é', ['é']]]),
    });
  });

  it('leaves all else as it is (ESC-10)', () => {
    const date = new Date(0);
    const set = new Set([bytes]);
    expect(recursiveUnicode([1, null, undefined, 'x', true])).toEqual([
      1,
      null,
      undefined,
      'x',
      true,
    ]);
    expect(recursiveUnicode(date)).toBe(date);
    expect(recursiveUnicode(set)).toBe(set);
  });

  it('does not change what it is given', () => {
    const value = { list: [bytes] };
    recursiveUnicode(value);
    expect(value.list[0]).toBe(bytes);
  });

  it('takes a key named __proto__ for a key', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": 1}}');
    expect(JSON.stringify(recursiveUnicode(value))).toBe('{"__proto__":{"polluted":1}}');
  });
});
