import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestFor } from '../../test/routed.ts';
import { PathMatches } from './routing-path.ts';

/** Groups as text; undefined where nothing matches. */
function groups(pattern: string | RegExp, path: string): unknown {
  const params = new PathMatches(pattern).match(requestFor(path));
  return params?.pathArgs.map((value) => value?.toString() ?? null);
}

function named(pattern: string, path: string): unknown {
  const params = new PathMatches(pattern).match(requestFor(path));
  const kwargs = Object.entries(params?.pathKwargs ?? {});
  return Object.fromEntries(kwargs.map(([name, value]) => [name, value?.toString() ?? null]));
}

describe('PathMatches', () => {
  it.each([
    { pattern: '/a', path: '/a', matches: true },
    { pattern: '/a$', path: '/a', matches: true },
    { pattern: '^/a', path: '/a', matches: true },
    { pattern: '/a', path: '/ab', matches: false },
    { pattern: '/a', path: '/x/a', matches: false },
    { pattern: '/a.c', path: '/abc', matches: true },
    { pattern: '/a\\.c', path: '/abc', matches: false },
    { pattern: '/a\\.c', path: '/a.c', matches: true },
    { pattern: '/a\\$', path: '/a$', matches: true },
    { pattern: '/a\\$', path: '/a$b', matches: false },
    { pattern: '/%C3%A9', path: '/%C3%A9', matches: true },
    { pattern: '/a', path: '/a?b=c', matches: true },
  ])('text "$pattern" against $path: $matches (RTE-4)', ({ pattern, path, matches }) => {
    expect(new PathMatches(pattern).match(requestFor(path)) !== null).toBe(matches);
  });

  it('takes a regular expression as it is, but from the start (RTE-4, PYS-21)', () => {
    expect(groups(/\/a(b)?/, '/abc')).toEqual(['b']);
    expect(groups(/a/, '/a')).toBeUndefined();
    expect(groups(/\/A/gi, '/a')).toEqual([]);
  });

  it('gives the same answer however often it is asked', () => {
    const matcher = new PathMatches('/([a-z]+)');
    for (let round = 0; round < 3; round++) {
      expect(matcher.match(requestFor('/abc'))?.pathArgs).toEqual([Buffer.from('abc')]);
      expect(matcher.match(requestFor('/123'))).toBeNull();
    }
  });

  it('decodes percent signs in groups to bytes, and leaves plus signs (RTE-5)', () => {
    const params = new PathMatches('/(.*)/(.*)').match(requestFor('/a%20b%e9%2F+/%zz%'));
    expect(params?.pathArgs).toEqual([Buffer.from('a b\xe9/+', 'latin1'), Buffer.from('%zz%')]);
  });

  it('gives null for a group that took no part (RTE-5)', () => {
    expect(groups('/x(?:/(a))?(/b)?', '/x')).toEqual([null, null]);
    expect(groups('/x(?:/(a))?(/b)?', '/x/a')).toEqual(['a', null]);
  });

  it('gives named groups by name (RTE-6)', () => {
    expect(named('/(?<year>\\d+)/(?<slug>.*)', '/2024/')).toEqual({ year: '2024', slug: '' });
    expect(groups('/(?<year>\\d+)', '/2024')).toEqual([]);
  });

  it('refuses named and unnamed groups together (RTE-5)', () => {
    expect(() => new PathMatches('/(?<a>.)/(.)')).toThrow(/all named or all positional/);
  });

  it('knows which patterns are one path and no other', () => {
    const literal = (pattern: string | RegExp): string | null =>
      new PathMatches(pattern).literalPath;
    expect(['/', '/a\\.b', '^/x$', '/a\\\\'].map(literal)).toEqual(['/', '/a.b', '/x', '/a\\']);
    const others = ['/a.b', '/(a)', '/a?', '/a|/b', '/\\d', '/[a]', /\/a/, /\/a$/i, '/a$$'];
    expect(others.map(literal)).toEqual(others.map(() => null));
    expect(literal(/\/a$/)).toBe('/a');
  });
});

describe('a literal prefix', () => {
  it('begins every path that matches, of any pattern', () => {
    const piece = fc.constantFrom(
      '/',
      'a',
      'b',
      '.',
      '?',
      '*',
      '+',
      '{0,1}',
      '(',
      ')',
      '[ab]',
      '|',
      '^',
      '$',
      '\\',
      '\\.',
      '\\d',
      '(?:',
    );
    const text = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.array(of, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const path = text(fc.constantFrom('/', 'a', 'b', '.', '1'));
    fc.assert(
      fc.property(text(piece), path, (pattern, request) => {
        let matcher: PathMatches;
        try {
          matcher = new PathMatches(pattern);
        } catch {
          return; // no regular expression
        }
        matcher.regex.lastIndex = 0;
        if (matcher.regex.test(request))
          expect(request.startsWith(matcher.literalPrefix)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('reverse', () => {
  it.each([
    { pattern: '/a', args: [], path: '/a' },
    { pattern: '^/a\\.b$', args: [], path: '/a.b' },
    { pattern: '/(.*)/x/(\\d+)', args: ['q', 7], path: '/q/x/7' },
    { pattern: '/(?<a>[^)(]+)', args: ['x'], path: '/x' },
    { pattern: '/(.*)', args: ['a b/c+é?&'], path: '/a%20b/c%2B%C3%A9%3F%26' },
    { pattern: '/(.*)', args: [Buffer.from([0xe9, 0x20])], path: '/%E9%20' },
    { pattern: '/index.html', args: [], path: '/index.html' },
  ])('"$pattern" with $args makes $path (RTE-10)', ({ pattern, args, path }) => {
    expect(new PathMatches(pattern).reverse(...args)).toBe(path);
  });

  it('undoes the slashes that a regular expression escapes (RTE-10, UTL-14)', () => {
    expect(new PathMatches(/^\/a\/(.*)$/).reverse('b')).toBe('/a/b');
  });

  it.each(['/(?:a)', '/\\d', '/((a)b)', '/(a)?', '/a*', '/a|b', '/[ab]', '/(?=a)'])(
    'cannot turn "%s" round (RTE-11, 12, UTL-14)',
    (pattern) => {
      expect(() => new PathMatches(pattern).reverse('x')).toThrow('Cannot reverse url regex');
    },
  );

  it('wants as many values as there are groups (RTE-11)', () => {
    const matcher = new PathMatches('/(.)/(.)');
    expect(() => matcher.reverse('a')).toThrow('required number of arguments not found');
    expect(() => matcher.reverse('a', 'b', 'c')).toThrow(TypeError);
  });

  it('makes paths that give the values back', () => {
    const matcher = new PathMatches('/x/(.*)');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const match = matcher.match(requestFor(matcher.reverse(value)));
        expect(match?.pathArgs[0]?.toString()).toBe(Buffer.from(value).toString());
      }),
    );
  });
});
