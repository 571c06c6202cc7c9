// The small text forms of HTTP: dates, cookies, ranges, status lines, credentials.
import { describe, expect, it } from 'vitest';
import { isCookieName, parseCookie } from './cookies.ts';
import { HTTPHeaders } from './headers.ts';
import { formatTimestamp, httpDate, parseHttpDate } from './http-date.ts';
import { getContentRange, parseRequestRange } from './ranges.ts';
import { encodeUsernamePassword, requestHead } from './request-line.ts';
import { statusLine } from './responses.ts';

describe('dates', () => {
  it('are written as RFC 1123 text, fractions cut (HTU-31)', () => {
    expect(formatTimestamp(1359312200.9)).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
    expect(formatTimestamp(new Date(1359312200900))).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
    expect(formatTimestamp([2013, 1, 27, 18, 43, 20])).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
  });

  it.each(['x', null, NaN, new Date(NaN), [], ['2013'], {}])(
    'are not written from %j (HTU-31)',
    (time) => {
      expect(() => formatTimestamp(time as unknown as number)).toThrow('unknown timestamp type');
    },
  );

  it('are made once a second', () => {
    const first = httpDate(1_359_312_200_000);
    expect(first).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
    expect(httpDate(1_359_312_200_999)).toBe(first);
    expect(httpDate(1_359_312_201_000)).toBe('Sun, 27 Jan 2013 18:43:21 GMT');
  });

  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('are read from %s (PYS-7)', (text) => {
    expect(parseHttpDate(text)).toBe(784111777000);
  });

  it.each([
    '',
    '1994-11-06',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nix 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 08:49:37 GMT ',
    '784111777',
    'yesterday',
  ])('are not read from %j (PYS-7)', (text) => {
    expect(parseHttpDate(text)).toBeNull();
  });
});

describe('cookies', () => {
  it.each([
    ['a=b; c="d\\054e\\"f"', { a: 'b', c: 'd,e"f' }],
    ['a=1; a=2', { a: '2' }],
    ['x; =y; ;', { '': 'y' }],
    ['expires=1; Path=/; a=b=c', { expires: '1', Path: '/', a: 'b=c' }],
    ['a b c=d e = f; gh=i', { 'a b c': 'd e = f', gh: 'i' }],
    ['a=b; "; c=d', { a: 'b', '': '"', c: 'd' }],
    ['a="x\\ty\\\\z"; b="\\400"', { a: 'xty\\z', b: '400' }],
  ])('are read from %s (HTU-19)', (text, expected) => {
    expect(Object.fromEntries(parseCookie(text))).toEqual(expected);
  });

  it.each([
    ['a-b.c!', true],
    ['Secure', false],
    ['max-age', false],
    ['a b', false],
    ['a,b', false],
    ['', false],
    ['\u00e9', false],
  ])('may be named %j: %s (HTU-18, PYS-8)', (name, isLegal) => {
    expect(isCookieName(name)).toBe(isLegal);
  });

  it('are read in linear time (HTU-43, SEC-17)', () => {
    const begin = performance.now();
    parseCookie(`a="${'\\054'.repeat(100_000)}"`);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=1-2', [1, 3]],
    ['bytes=6-', [6, null]],
    ['bytes=-4', [-4, null]],
    ['bytes=-0', [null, 0]],
    ['bytes=6', [6, null]],
    ['bytes=', null],
    ['foo=42', null],
    ['bytes=1-2,6-10', null],
    ['bytes=a-b', null],
  ])('are read from %s (HTU-21)', (text, expected) => {
    expect(parseRequestRange(text)).toEqual(expected);
  });

  it('are read in linear time', () => {
    const blanks = ' \t'.repeat(30_000);
    const begin = performance.now();
    expect(parseRequestRange(`bytes=${blanks}x`)).toBeNull();
    expect(parseRequestRange(`bytes${blanks}=${blanks}1${blanks}-${blanks}2${blanks}`)).toEqual([
      1, 3,
    ]);
    expect(performance.now() - begin).toBeLessThan(100);
  });

  it('are written for an answer', () => {
    expect(getContentRange(1, 3, 10)).toBe('bytes 1-2/10');
  });
});

describe('start lines', () => {
  it('take the standard reason, and replace an unsafe one (SEC-25)', () => {
    expect(statusLine(404)).toBe('HTTP/1.1 404 Not Found\r\n');
    expect(statusLine(200, 'x\r\nA: b')).toBe('HTTP/1.1 200 Unknown\r\n');
    expect(statusLine(200, '<b>')).toBe('HTTP/1.1 200 Unknown\r\n');
    expect(statusLine(299)).toBe('HTTP/1.1 299 Unknown\r\n');
    expect(() => statusLine(20)).toThrow(RangeError);
  });

  it.each([
    ['GET', '/a b'],
    ['GET', '/\r\nX: y'],
    ['G T', '/'],
  ])('refuse %j %j (SEC-16)', (method, target) => {
    expect(() => requestHead(method, target, new HTTPHeaders())).toThrow(/Invalid/);
  });

  it('come before the fields (H1C-33)', () => {
    expect(requestHead('GET', '/', new HTTPHeaders({ Host: 'x' }))).toBe(
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    );
  });

  it('encode credentials in normal form C (HTU-35)', () => {
    expect(encodeUsernamePassword('e\u0301', 'p').toString()).toBe('\u00e9:p');
  });
});
