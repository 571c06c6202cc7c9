import { expect, it } from 'vitest';

import { squeeze } from './squeeze.ts';

it.each([
  ['sequences     of    whitespace   chars', 'sequences of whitespace chars'],
  ['\t a\0\x01\r\nb  ', 'a b'],
  ['   ', ''],
  ['a\u00a0\u00a0b', 'a\u00a0\u00a0b'],
  ['x', 'x'],
])('squeezes %j to %j (ESC-5)', (text, squeezed) => {
  expect(squeeze(text)).toBe(squeezed);
});
