import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQs, parseQs, parseQsl, qsToQsl, urlConcat } from './query.ts';

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

  it('takes nothing between two & for nothing (PYS-3)', () => {
    expect(texts('&a=1&&b=&')).toEqual({ a: ['1'], b: [''] });
  });

  it('leaves broken percent signs as they are (PYS-2)', () => {
    expect(texts('a=%zz%4')).toEqual({ a: ['%zz%4'] });
  });

  it('gives values as bytes, whatever their encoding', () => {
    expect([...(parseQs('a=%ff%00').get('a')?.[0] ?? [])]).toEqual([0xff, 0]);
  });
});

describe('parseQsl', () => {
  it('gives text in order, which parseQs gives as bytes by name (PYS-2, 3)', () => {
    expect(parseQsl('a=1&b&a=%e2%82%ac+x&c=%ff')).toEqual([
      ['a', '1'],
      ['b', ''],
      ['a', '€ x'],
      ['c', '\ufffd'],
    ]);
  });

  it('reads UTF-8 that came from the wire a byte a character, and text that did not', () => {
    const wire = Buffer.from('a=€').toString('latin1');
    expect([parseQsl(wire), parseQsl('a=€')]).toEqual([[['a', '€']], [['a', '€']]]);
  });

  it('agrees with parseQs on everything', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-c=&+%0-9A-F]{0,30}$/), (query) => {
        const flat = Array.from(qsToQsl(parseQs(query)), ([name, value]) => [
          name,
          Buffer.from(value).toString(),
        ]);
        const byName = new Map(parseQsl(query).map(([name]) => [name, [] as string[]]));
        for (const [name, value] of parseQsl(query)) byName.get(name)?.push(value);
        expect(flat).toEqual([...qsToQsl(byName)]);
      }),
    );
  });
});

describe('qsToQsl', () => {
  it('gives one pair for each value', () => {
    expect([
      ...qsToQsl(
        new Map([
          ['a', [1, 2]],
          ['b', [3]],
        ]),
      ),
    ]).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 3],
    ]);
  });
});

describe('encodeQs', () => {
  it('quotes text in UTF-8 and bytes as they are, spaces as plus signs (PYS-1, 4)', () => {
    expect(
      encodeQs([
        ["a!'()*", '€ ~-._/'],
        ['b', Uint8Array.of(0, 0x20, 0x41, 0xff)],
        ['c', 1],
        ['d', true],
        ['e', '\ud800'],
      ]),
    ).toBe('a%21%27%28%29%2A=%E2%82%AC+~-._%2F&b=%00+A%FF&c=1&d=true&e=%EF%BF%BD');
  });

  it('is undone by parseQsl', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        expect(parseQsl(encodeQs(pairs))).toEqual(pairs);
      }),
    );
  });

  it.each([[null], [undefined], [{}], [() => 1], [['x']]])('refuses %s', (value) => {
    expect(() => encodeQs([['a', value]])).toThrow(TypeError);
  });
});

describe('urlConcat', () => {
  it.each([
    ['http://x/', new Map([['a', 1]]), 'http://x/?a=1'],
    ['http://x/?ü=%ff&z', { a: 'ö' }, 'http://x/?%C3%BC=%FF&z=&a=%C3%B6'],
    ['http://x/?a=1', {}, 'http://x/?a=1'],
    ['http://x/#?', { a: 1 }, 'http://x/?a=1#?'],
    ['http://x/', { a: 1 }, 'http://x/?a=1'],
    ['http://x/?y=1#f', { a: 'b c' }, 'http://x/?y=1&a=b+c#f'],
    ['http://x/?y', { a: '/' }, 'http://x/?y=&a=%2F'],
    ['/p?r=1&r=2', [['r', '3']] as const, '/p?r=1&r=2&r=3'],
    ['http://x/', null, 'http://x/'],
  ])('adds to %s (HTU-20)', (url, args, expected) => {
    expect(urlConcat(url, args)).toBe(expected);
  });

  it('refuses arguments of another kind (HTU-20)', () => {
    expect(() => urlConcat('http://x/', 'a=1' as never)).toThrow(TypeError);
    expect(() => urlConcat('http://x/', 1 as never)).toThrow(TypeError);
  });
});
