import { expect, it } from 'vitest';
import { isSameSecret } from './constant-time.ts';

it.each([
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'abcd', false],
  ['', '', true],
  ['', 'a', false],
])('compares %j and %j: %j (PYS-16)', (a, b, isSame) => {
  expect(isSameSecret(Buffer.from(a), Buffer.from(b))).toBe(isSame);
});
