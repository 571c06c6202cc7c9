import { describe, expect, it } from 'vitest';
import { splitHostAndPort, urlJoin, urlSplit } from './url.ts';

describe('URLs', () => {
  it('are split without changing them (PYS-5)', () => {
    expect(urlSplit('HTTP://u:p@X:80/a/../b?c#d')).toEqual({
      scheme: 'http',
      authority: 'u:p@X:80',
      path: '/a/../b',
      query: 'c',
      fragment: 'd',
    });
  });

  it.each([
    ['//x', { authority: 'x', path: '' }],
    ['/a?b?c#d#e', { authority: '', path: '/a', query: 'b?c', fragment: 'd#e' }],
    ['1a:b', { scheme: '', path: '1a:b' }],
    ['mailto:a@b', { scheme: 'mailto', path: 'a@b' }],
    ['', { path: '' }],
  ])('are split where RFC 3986 says: %j (PYS-5)', (url, parts) => {
    expect(urlSplit(url)).toMatchObject(parts);
  });

  // RFC 3986 §5.4.1 and §5.4.2, all of it.
  it.each([
    ['g:h', 'g:h'],
    ['g', 'http://a/b/c/g'],
    ['./g', 'http://a/b/c/g'],
    ['g/', 'http://a/b/c/g/'],
    ['/g', 'http://a/g'],
    ['//g', 'http://g'],
    ['?y', 'http://a/b/c/d;p?y'],
    ['g?y', 'http://a/b/c/g?y'],
    ['#s', 'http://a/b/c/d;p?q#s'],
    ['g#s', 'http://a/b/c/g#s'],
    ['g?y#s', 'http://a/b/c/g?y#s'],
    [';x', 'http://a/b/c/;x'],
    ['g;x', 'http://a/b/c/g;x'],
    ['g;x?y#s', 'http://a/b/c/g;x?y#s'],
    ['', 'http://a/b/c/d;p?q'],
    ['.', 'http://a/b/c/'],
    ['./', 'http://a/b/c/'],
    ['..', 'http://a/b/'],
    ['../', 'http://a/b/'],
    ['../g', 'http://a/b/g'],
    ['../..', 'http://a/'],
    ['../../', 'http://a/'],
    ['../../g', 'http://a/g'],
    ['../../../g', 'http://a/g'],
    ['../../../../g', 'http://a/g'],
    ['/./g', 'http://a/g'],
    ['/../g', 'http://a/g'],
    ['g.', 'http://a/b/c/g.'],
    ['.g', 'http://a/b/c/.g'],
    ['g..', 'http://a/b/c/g..'],
    ['..g', 'http://a/b/c/..g'],
    ['./../g', 'http://a/b/g'],
    ['./g/.', 'http://a/b/c/g/'],
    ['g/./h', 'http://a/b/c/g/h'],
    ['g/../h', 'http://a/b/c/h'],
    ['g;x=1/./y', 'http://a/b/c/g;x=1/y'],
    ['g;x=1/../y', 'http://a/b/c/y'],
    ['g?y/./x', 'http://a/b/c/g?y/./x'],
    ['g?y/../x', 'http://a/b/c/g?y/../x'],
    ['g#s/./x', 'http://a/b/c/g#s/./x'],
    ['g#s/../x', 'http://a/b/c/g#s/../x'],
    ['http:g', 'http:g'],
  ])('are joined: %j gives %s (PYS-6)', (reference, expected) => {
    expect(urlJoin('http://a/b/c/d;p?q', reference)).toBe(expected);
  });

  it.each([
    ['http://a', 'g', 'http://a/g'],
    ['http://a?x', 'g', 'http://a/g'],
    ['/a/b', 'c?d', '/a/c?d'],
    ['a/b', '../../c', 'c'],
    ['//h/a', 'b', '//h/b'],
    ['http://a/%2e%2e/b', 'c', 'http://a/%2e%2e/c'],
    ['HTTP://A/b', 'c', 'http://A/c'],
  ])('are joined: to %s %j gives %s (PYS-6)', (base, reference, expected) => {
    expect(urlJoin(base, reference)).toBe(expected);
  });

  it.each<[string, [string, number | null]]>([
    ['[::1]:80', ['[::1]', 80]],
    ['x', ['x', null]],
    ['x:', ['x:', null]],
    [':80', [':80', null]],
    ['[::1]', ['[::1]', null]],
    ['::1', [':', 1]],
  ])('give host and port of %s (HTU-34)', (authority, expected) => {
    expect(splitHostAndPort(authority)).toEqual(expected);
  });
});
