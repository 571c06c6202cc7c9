import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleIndex } from './routing-index.ts';
import { literalPrefix } from './routing-prefix.ts';
import { anchored } from './routing-matchers.ts';
import { toRule } from './routing-rules.ts';
import type { HTTPServerRequest } from './server-request.ts';

describe('the text a pattern begins with', () => {
  it.each([
    ['/route/([^/]+)', '/route/'],
    ['/a\\.b/(.*)', '/a.b/'],
    ['/a.b', '/a'],
    ['/ab?c', '/a'],
    ['/a\\.?b', '/a'],
    ['/ab{2}', '/a'],
    ['/a(b|c)', '/a'],
    ['/a|/b', ''],
    ['/a[|]/b', '/a'],
    ['/a\\|b(x)', '/a|b'],
    ['(?:/a)(x)', ''],
    ['^/a(x)', '/a'],
    ['/\\d+', '/'],
    ['.*', ''],
  ])('of %s is "%s"', (pattern, prefix) => {
    expect(literalPrefix(anchored(pattern))).toBe(prefix);
  });

  it('is not sure of where the case does not count', () => {
    expect(literalPrefix(anchored(/\/a/i))).toBe('');
    expect(literalPrefix(anchored(/\/a/u))).toBe('');
  });
});

describe('the index of rules', () => {
  it('leaves out no rule that matches, and keeps their order (RTE-3)', () => {
    const piece = fc.constantFrom(
      '/',
      'a',
      'b',
      '\\.',
      '.',
      '(.*)',
      '(a|b)',
      'a?',
      '[ab]',
      '|',
      'b+',
    );
    const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => `/${pieces.join('')}`);
    const path = fc.array(fc.constantFrom('/', 'a', 'b', '.'), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), path, (patterns, pieces) => {
        const rules = patterns.map((text) => toRule([text, () => undefined]));
        const request = { path: `/${pieces.join('')}` } as unknown as HTTPServerRequest;
        const matching = rules.filter(({ matcher }) => matcher.match(request) !== null);
        const tried = new RuleIndex(rules).candidates(request.path);
        expect(tried.filter(({ matcher }) => matcher.match(request) !== null)).toEqual(matching);
      }),
    );
  });

  it('asks only the rules that begin as the path does', () => {
    const rules = Array.from({ length: 1000 }, (_, i) => toRule([`/r${i}/(.*)`, () => undefined]));
    const any = toRule(['/(.*)', () => undefined]);
    expect(new RuleIndex([...rules, any]).candidates('/r999/x')).toEqual([rules[999], any]);
    expect(new RuleIndex(rules).candidates('/other')).toEqual([]);
  });
});
