import { describe, expect, it } from 'vitest';
import { cut, quoted } from './octets.ts';

describe('quoted', () => {
  it.each([
    ['a"b', '"a\\"b"'],
    ['\r\n\0', '"\\r\\n\\u0000"'],
    ['\x7f\x9b31m\u2028', '"\\u007f\\u009b31m\\u2028"'],
    ['\xe9', '"\xe9"'],
  ])('lets no control of %j into a log', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  it('ends where nobody wants to read on', () => {
    expect(quoted('a'.repeat(1000))).toBe(`"${'a'.repeat(100)}\u2026"`);
  });
});

describe('cut', () => {
  it.each(['a', 'a'.repeat(5000), `${'a'.repeat(5000)}\u2713${'b'.repeat(5000)}`])(
    'gives the same as slice, however long the text',
    (text) => {
      expect(cut(text, 0, text.length)).toBe(text);
      expect(cut(text, 10, 5010)).toBe(text.slice(10, 5010));
    },
  );
});
