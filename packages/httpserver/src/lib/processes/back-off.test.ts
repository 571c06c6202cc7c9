import { expect, it } from 'vitest';
import { waitMs } from './back-off.ts';

const BACK_OFF = { firstMs: 100, maxMs: 1000 };

it.each([
  [1, 0],
  [2, 100],
  [3, 200],
  [4, 400],
  [6, 1000],
  [2000, 1000],
])(
  'after %d failures in a row waits %d ms at most, and half of that at least',
  (failures, most) => {
    expect(waitMs(failures, BACK_OFF, 0)).toBe(most / 2);
    expect(waitMs(failures, BACK_OFF, 0.5)).toBe(most * 0.75);
    expect(waitMs(failures, BACK_OFF, 1 - Number.EPSILON)).toBeCloseTo(most);
  },
);
