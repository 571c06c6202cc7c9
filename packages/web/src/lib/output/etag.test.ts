import { describe, expect, it } from 'vitest';
import { etagOf, matchesEtag } from './etag.ts';

describe('etagOf', () => {
  it('is the SHA-1 in quotes, of text and of its bytes alike (WEB-54)', () => {
    expect(etagOf('abc')).toBe('"a9993e364706816aba3e25717850c26c9cd0d89d"');
    expect(etagOf(Buffer.from('é'))).toBe(etagOf('é'));
  });
});

describe('matchesEtag', () => {
  it.each([
    { header: '"a"', matches: true },
    { header: 'W/"a"', matches: true },
    { header: '"b", "a"', matches: true },
    { header: '"b","a","c"', matches: true },
    { header: '*', matches: true },
    { header: '"b"', matches: false },
    { header: 'a', matches: false },
    { header: '', matches: false },
    { header: '"b", *', matches: false },
    { header: '"a', matches: false },
  ])('$header against "a": $matches (WEB-56)', ({ header, matches }) => {
    expect(matchesEtag(header, '"a"')).toBe(matches);
    expect(matchesEtag(header, 'W/"a"')).toBe(matches);
  });
});
