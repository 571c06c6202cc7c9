import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonDecode, jsonEncode } from './json.ts';

describe('jsonEncode', () => {
  it.each([
    [{ a: 1, b: [2, null, true] }, '{"a": 1, "b": [2, null, true]}'],
    [{ 'k,:': 'v,:"\\ ,' }, '{"k,:": "v,:\\"\\\\ ,"}'],
    [{ '\\': '"', '': [] }, '{"\\\\": "\\"", "": []}'],
    ['é 漢 😀 \x7f', '"\\u00e9 \\u6f22 \\ud83d\\ude00 \\u007f"'],
    ['\u2028\ud800', '"\\u2028\\ud800"'],
    [{ é: { 1: 2 } }, '{"\\u00e9": {"1": 2}}'],
    ['a\n\t\0', '"a\\n\\t\\u0000"'],
    [null, 'null'],
    [[], '[]'],
  ])('writes %j as %s (ESC-3, PYS-10)', (value, json) => {
    expect(jsonEncode(value)).toBe(json);
  });

  it('is safe inside a script element (ESC-3)', () => {
    expect(jsonEncode({ x: '</script></' })).toBe('{"x": "<\\/script><\\/"}');
  });

  it.each(['</', '\\"', 'é', '😀', '","'])(
    'writes %j alike at every place of a long text',
    (part) => {
      for (let before = 8180; before < 8194; before++) {
        const text = 'x'.repeat(before) + part;
        const short = jsonEncode(part).slice(1);
        expect(jsonEncode(text) === `"${'x'.repeat(before)}${short}`).toBe(true);
      }
    },
  );

  it('writes numbers that read back the same (ESC-4)', () => {
    const numbers = [2.0, 0.1, 1e300, -0.5, 123456789012];
    expect(jsonDecode(jsonEncode(numbers))).toEqual(numbers);
  });

  it('keeps the order of keys, but for whole numbers, which JavaScript puts first (PYS-22)', () => {
    expect(jsonEncode({ b: 1, a: 2, 3: 3 })).toBe('{"3": 3, "b": 1, "a": 2}');
    expect(Object.keys(jsonDecode('{"b": 1, "a": 2}') as object)).toEqual(['b', 'a']);
  });

  it('accepts NaN and the infinities, as null (PYS-10)', () => {
    expect(jsonEncode([NaN, Infinity, -Infinity])).toBe('[null, null, null]');
  });

  it.each([undefined, () => 1, Symbol('s'), 1n])('refuses what has no JSON (%o)', (value) => {
    expect(() => jsonEncode(value)).toThrow(TypeError);
  });

  it('writes ASCII without the end of an element, that means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = jsonEncode(value);
        expect(json).toMatch(/^[ -~]*$/);
        expect(json).not.toContain('</');
        expect(jsonDecode(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('jsonDecode', () => {
  it('reads text, and bytes as UTF-8 (ESC-16)', () => {
    expect(jsonDecode('{"a": [1]}')).toEqual({ a: [1] });
    expect(jsonDecode(Buffer.from('"é"'))).toBe('é');
  });

  it.each(['', '{', "{'a': 1}", '\ufeff1', 'NaN'])(
    'gives the parser’s error for %j (ESC-16)',
    (text) => {
      expect(() => jsonDecode(text)).toThrow(SyntaxError);
    },
  );

  it('refuses bytes that are not UTF-8 (ESC-16)', () => {
    expect(() => jsonDecode(Uint8Array.of(0x22, 0xe9, 0x22))).toThrow(
      expect.objectContaining({ code: 'ERR_ENCODING_INVALID_ENCODED_DATA' }),
    );
  });
});
