import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseQsBytes, urlEscape, urlUnescape } from './url.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const PATH = { plus: false };

describe('urlEscape', () => {
  it.each([
    ['a b/c', 'a+b%2Fc', 'a%20b/c'],
    ['AZaz09_.-~', 'AZaz09_.-~', 'AZaz09_.-~'],
    ["!*'()+&=%", '%21%2A%27%28%29%2B%26%3D%25', '%21%2A%27%28%29%2B%26%3D%25'],
    ['é😀', '%C3%A9%F0%9F%98%80', '%C3%A9%F0%9F%98%80'],
    ['a\n', 'a%0A', 'a%0A'],
    ['', '', ''],
  ])('writes %j as %s, in a path %s (ESC-6, PYS-1)', (text, plus, path) => {
    expect([urlEscape(text), urlEscape(text, PATH)]).toEqual([plus, path]);
  });

  it('escapes bytes one by one (ESC-6, PYS-1)', () => {
    expect(urlEscape(bytes(0xe9, 0x20, 0x61, 0x2f))).toBe('%E9+a%2F');
    expect(urlEscape(bytes(0xe9, 0x20, 0x61, 0x2f), PATH)).toBe('%E9%20a/');
  });
});

describe('urlUnescape', () => {
  it.each([
    ['%C3%A9+x', 'é x', 'é+x'],
    ['a%2Bb', 'a+b', 'a+b'],
    ['é%C3%A9', 'éé', 'éé'],
    ['%c3%a9', 'é', 'é'],
    ['%EF%BB%BFa', '\ufeffa', '\ufeffa'],
    ['plain', 'plain', 'plain'],
  ])('reads %j as %j, in a path %j (ESC-7, PYS-2)', (text, plus, path) => {
    expect([urlUnescape(text), urlUnescape(text, PATH)]).toEqual([plus, path]);
  });

  it.each(['%', '%%', '%4', '%zz', '%4z', 'a%', '100%é', '%u0041', '%0x41'])(
    'leaves %j as it is (ESC-7, PYS-2)',
    (text) => {
      expect(urlUnescape(text)).toBe(text);
      expect(urlUnescape(text, { encoding: null })).toEqual(Buffer.from(text));
    },
  );

  it.each([
    ['%E9', '\ufffd'],
    ['%C3x', '\ufffdx'],
    ['a%FF%FEb', 'a\ufffd\ufffdb'],
  ])('puts U+FFFD where bytes are not UTF-8: %j (ESC-7, PYS-2)', (text, read) => {
    expect(urlUnescape(text)).toBe(read);
  });

  it('gives the bytes if there is no encoding (ESC-7)', () => {
    const toBytes = (text: string, plus: boolean) => [
      ...urlUnescape(text, { encoding: null, plus }),
    ];
    expect(toBytes('%E9+%2B', true)).toEqual([0xe9, 0x20, 0x2b]);
    expect(toBytes('++é', false)).toEqual([0x2b, 0x2b, 0xc3, 0xa9]);
  });

  it('does not touch bytes it is given', () => {
    const given = Buffer.from('+%20');
    urlUnescape(given, { encoding: null });
    expect(given.toString()).toBe('+%20');
  });

  it('reads other encodings, and latin-1 as it is (ESC-7, PYS-19)', () => {
    expect(urlUnescape('%E9%80', { encoding: 'latin1' })).toBe('é\x80');
    expect(urlUnescape('%E9%80', { encoding: 'koi8-r' })).toBe('И─');
    expect(urlUnescape('%83A', { encoding: 'shift_jis' })).toBe('ア');
    expect(() => urlUnescape('%E9', { encoding: 'nosuch' })).toThrow(RangeError);
  });

  it.each([true, false])('undoes urlEscape (plus: %j)', (plus) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (text, raw) => {
        expect(urlUnescape(urlEscape(text, { plus }), { plus })).toBe(text);
        const back = urlUnescape(urlEscape(raw, { plus }), { encoding: null, plus });
        expect([...back]).toEqual([...raw]);
      }),
    );
  });
});

describe('parseQsBytes', () => {
  /** The result with values read as latin-1. */
  const parse = (qs: string | Uint8Array, options = {}): Record<string, string[]> =>
    Object.fromEntries(
      [...parseQsBytes(qs, options)].map(([key, values]) => [
        key,
        values.map((value) => Buffer.from(value).toString('latin1')),
      ]),
    );

  it('collects repeated keys, in order (ESC-8, PYS-3)', () => {
    const result = parseQsBytes('b=1&a=2&b=3');
    expect([...result.keys()]).toEqual(['b', 'a']);
    expect(parse('b=1&a=2&b=3')).toEqual({ b: ['1', '3'], a: ['2'] });
  });

  it('unescapes keys and values, plus signs too (ESC-8, PYS-3)', () => {
    expect(parse('a+b%3D=c+%26%2b&d=e=f')).toEqual({ 'a b=': ['c &+'], d: ['e=f'] });
  });

  it('gives values as the bytes they are (ESC-8)', () => {
    const value = parseQsBytes('v=%C3%A9%FF\xe9').get('v')?.[0];
    expect([...(value ?? [])]).toEqual([0xc3, 0xa9, 0xff, 0xe9]);
    expect(value).toBeInstanceOf(Uint8Array);
  });

  it('reads keys and bytes given as latin-1 (ESC-8)', () => {
    expect(parse('%C3%A9=1')).toEqual({ 'Ã©': ['1'] });
    expect(parse(bytes(0xe9, 0x3d, 0xe9))).toEqual({ é: ['é'] });
    expect(parse(Buffer.from('xa=b').subarray(1))).toEqual({ a: ['b'] });
  });

  it('separates at & alone (ESC-8, PYS-3)', () => {
    expect(parse('a=1;b=2&c=3')).toEqual({ a: ['1;b=2'], c: ['3'] });
  });

  it('drops blank values unless told otherwise (ESC-8, PYS-3)', () => {
    expect(parse('a=&b&c=1&&=')).toEqual({ c: ['1'] });
    const kept = parse('a=&b&c=1&&=', { keepBlankValues: true });
    expect(kept).toEqual({ a: [''], b: [''], c: ['1'], '': [''] });
  });

  it.each(['a=1&b', 'a=1&', ''])('refuses %j if strict', (qs) => {
    expect(() => parseQsBytes(qs, { strictParsing: true })).toThrow(
      expect.objectContaining({ name: 'EscapeError', code: 'ERR_QUERY_FIELD' }),
    );
    expect(() => parseQsBytes(qs)).not.toThrow();
  });

  it('refuses values with characters that are no bytes', () => {
    expect(() => parseQsBytes('a=€')).toThrow(
      expect.objectContaining({
        code: 'ERR_QUERY_NOT_LATIN1',
        message: expect.stringMatching('€') as string,
      }),
    );
  });

  it('takes keys that an object could not', () => {
    expect([...parseQsBytes('__proto__=1&constructor=2').keys()]).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});
