import { expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';

it.each(['', 'YQ==', 'YWI=', 'YWJj', '+/+/'])('decodes %j (PYS-15)', (text) => {
  expect(decodeBase64(text)?.toString('base64')).toBe(text);
});

it.each(['YQ', 'YQ=', 'YQ===', 'Y', 'YW=j', '-_-_', 'YW\nJj', ' YQ=='])(
  'refuses %j, of which Node.js would make something (PYS-15)',
  (text) => {
    expect(decodeBase64(text)).toBeNull();
  },
);
