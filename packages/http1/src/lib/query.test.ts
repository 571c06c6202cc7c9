import { describe, expect, it } from 'vitest';
import { parseQs, urlConcat } from './query.ts';

function texts(query: string): Record<string, string[]> {
  const entries = Array.from(parseQs(query), ([name, values]) => [
    name,
    values.map((value) => Buffer.from(value).toString('latin1')),
  ]);
  return Object.fromEntries(entries) as Record<string, string[]>;
}

describe('parseQs', () => {
  it('separates only at & and keeps blanks (PYS-3)', () => {
    expect(texts('a=1;b&b&c=&a=2')).toEqual({ a: ['1;b', '2'], b: [''], c: [''] });
  });

  it('leaves broken percent signs as they are (PYS-2)', () => {
    expect(texts('a=%zz%4')).toEqual({ a: ['%zz%4'] });
  });

  it('gives values as bytes, whatever their encoding', () => {
    expect([...(parseQs('a=%ff%00').get('a')?.[0] ?? [])]).toEqual([0xff, 0]);
  });
});

describe('urlConcat', () => {
  it.each([
    ['http://x/', { a: 1 }, 'http://x/?a=1'],
    ['http://x/?y=1#f', { a: 'b c' }, 'http://x/?y=1&a=b+c#f'],
    ['http://x/?y', { a: '/' }, 'http://x/?y=&a=%2F'],
    ['/p?r=1&r=2', [['r', '3']] as const, '/p?r=1&r=2&r=3'],
    ['http://x/', null, 'http://x/'],
  ])('adds to %s (HTU-20)', (url, args, expected) => {
    expect(urlConcat(url, args)).toBe(expected);
  });
});
