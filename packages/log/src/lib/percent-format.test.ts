import { describe, expect, it } from 'vitest';

import { countPlaceholders, percentFormat } from './percent-format.ts';

describe('percentFormat', () => {
  it.each([
    ['%s and %s', ['a', 1], 'a and 1'],
    ['%r', ["it's"], '"it\'s"'],
    ['%d %i %u', [7, -7.9, 12], '7 -7 12'],
    ['%d', [true], '1'],
    ['%05d|%-5d|%5d|%+d', [42, 42, 42, 42], '00042|42   |   42|+42'],
    ['%05d', [-42], '-0042'],
    ['%.2f %f %.0f', [1.005, 0.5, 2.5], '1.00 0.500000 3'],
    ['%x %X %#x %o %#06x', [255, 255, 255, 8, 10], 'ff FF 0xff 10 0x000a'],
    ['%.3s|%10s|%-10s|', ['abcdef', 'right', 'left'], 'abc|     right|left      |'],
    ['%c%c', [65, 'b'], 'Ab'],
    ['%.1e', [12345], '1.2e+4'],
    ['100%% of %s', ['it'], '100% of it'],
    ['%s', [undefined], 'undefined'],
    ['100% done, %s', ['x'], '100% done, x'],
  ])('writes %j with %j', (template, args, text) => {
    expect(percentFormat(template, args)).toBe(text);
  });

  it.each([
    ['%s %s', [1], 'not enough arguments for the message'],
    ['%s', [1, 2], '2 arguments for 1 placeholders'],
    ['%d', ['7'], '%d needs a number, not string'],
    ['%.2f', [null], '%f needs a number, not object'],
  ])('refuses %j with %j', (template, args, message) => {
    expect(() => percentFormat(template, args)).toThrow(new TypeError(message));
  });

  it('refuses NaN where an integer is wanted', () => {
    expect(() => percentFormat('%d', [NaN])).toThrow(RangeError);
  });

  it('takes integers of any size', () => {
    expect(percentFormat('%d', [-(2n ** 70n)])).toBe('-1180591620717411303424');
  });

  it('does not read placeholders in what it fills in', () => {
    expect(percentFormat('%s %s', ['%s', '$&'])).toBe('%s $&');
  });
});

describe('countPlaceholders', () => {
  it.each([
    ['%s %% %d', 2],
    ['100% done', 0],
    ['50%', 0],
    ['', 0],
  ])('counts %j', (template, count) => {
    expect(countPlaceholders(template)).toBe(count);
  });
});
