import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocalUrl, localPath } from './local-path.ts';

const ORIGIN = 'https://here.example';
const hostile = fc.oneof(
  fc.constantFrom('/', '\\', '\t', '\n', ' ', '.', '@', ':', 'evil.example'),
  fc.string(),
);
const texts = fc.array(hostile, { maxLength: 8 }).map((parts) => parts.join(''));

/** Where a browser goes. */
function originOf(url: string): string {
  return URL.canParse(url, ORIGIN) ? new URL(url, ORIGIN).origin : ORIGIN;
}

describe('isLocalUrl', () => {
  it.each(['/', '/a', '/a?next=//b', '/.//evil.example', '/é'])('takes %j (SEC-35)', (url) => {
    expect(isLocalUrl(url)).toBe(true);
  });

  it.each([
    '',
    'a',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    ' /a',
    'https:/a',
    '/a\n',
  ])('refuses %j (SEC-35)', (url) => {
    expect(isLocalUrl(url)).toBe(false);
  });

  it('takes nothing that a browser would find on another host (SEC-35)', () => {
    fc.assert(fc.property(texts, (text) => !isLocalUrl(text) || originOf(text) === ORIGIN));
    fc.assert(
      fc.property(texts, (text) => !isLocalUrl(`/${text}`) || originOf(`/${text}`) === ORIGIN),
    );
  });
});

describe('localPath', () => {
  it('makes a path of anything behind a slash that stays here (SEC-35)', () => {
    fc.assert(fc.property(texts, (text) => originOf(localPath(`/${text}`)) === ORIGIN));
  });
});
