import { expect, it } from 'vitest';

import { compileDateFormat } from './strftime.ts';

const ms = new Date(2026, 0, 5, 3, 4, 9, 999).getTime();

it('writes local time', () => {
  expect(compileDateFormat('%Y-%m-%d_%H-%M-%S %y%%')(ms)).toBe('2026-01-05_03-04-09 26%');
});

it('writes each second anew', () => {
  const write = compileDateFormat('%S');
  expect([ms, ms + 1, ms - 999, ms + 1001].map(write)).toEqual(['09', '10', '09', '11']);
});

it('writes the offset from UTC', () => {
  expect(compileDateFormat('%z')(ms)).toMatch(/^[-+]\d{4}$/);
});

it('refuses a code it does not know, and a lone percent sign', () => {
  expect(() => compileDateFormat('%Q')).toThrow(
    expect.objectContaining({ code: 'ERR_LOG_FORMAT' }),
  );
  expect(() => compileDateFormat('%')).toThrow(/no date code/);
});
