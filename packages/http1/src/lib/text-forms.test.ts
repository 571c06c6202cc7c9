// The small text forms of HTTP: dates, cookies, ranges, URLs, status lines, start lines.
import { describe, expect, it } from 'vitest';
import { BodyWriter } from './body-writer.ts';
import { isCookieName, parseCookie } from './cookies.ts';
import { HTTPHeaders } from './headers.ts';
import { formatTimestamp, parseHttpDate } from './http-date.ts';
import { getContentRange, parseRequestRange } from './ranges.ts';
import { encodeUsernamePassword, requestHead } from './request-line.ts';
import { statusLine } from './responses.ts';
import { splitHostAndPort, urlJoin, urlSplit } from './url.ts';

describe('dates', () => {
  it('are written as RFC 1123 text, fractions cut (HTU-31)', () => {
    expect(formatTimestamp(1359312200.9)).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
    expect(formatTimestamp(new Date(1359312200900))).toBe('Sun, 27 Jan 2013 18:43:20 GMT');
    expect(() => formatTimestamp('x' as unknown as number)).toThrow('unknown timestamp type');
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

  it('are written for an answer', () => {
    expect(getContentRange(1, 3, 10)).toBe('bytes 1-2/10');
  });
});

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
    ['g', 'http://a/b/c/g'],
    ['./g', 'http://a/b/c/g'],
    ['/g', 'http://a/g'],
    ['//g', 'http://g'],
    ['?y', 'http://a/b/c/d;p?y'],
    ['g?y#s', 'http://a/b/c/g?y#s'],
    ['', 'http://a/b/c/d;p?q'],
    ['../../../g', 'http://a/g'],
    ['..', 'http://a/b/'],
    ['g:h', 'g:h'],
  ])('are joined: %s (PYS-6)', (reference, expected) => {
    expect(urlJoin('http://a/b/c/d;p?q', reference)).toBe(expected);
  });

  it('give host and port (HTU-34)', () => {
    expect(splitHostAndPort('[::1]:80')).toEqual(['[::1]', 80]);
    expect(splitHostAndPort('x')).toEqual(['x', null]);
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

describe('BodyWriter', () => {
  const kind = (method: string, minor: number, status: number, init = {}): string =>
    BodyWriter.forResponse(method, minor, status, new HTTPHeaders(init)).kind;

  it.each([
    ['GET', 1, 200, {}, 'chunked'],
    ['GET', 0, 200, {}, 'close'],
    ['GET', 1, 200, { 'Content-Length': '3' }, 'length'],
    ['HEAD', 1, 200, {}, 'none'],
    ['GET', 1, 204, {}, 'none'],
    ['GET', 1, 304, { 'Content-Length': '3' }, 'none'],
    ['GET', 1, 103, {}, 'none'],
  ])(
    'frames the answer to %s of HTTP/1.%i with %i (H1C-26, SEC-1, 7)',
    (method, minor, status, init, expected) => {
      expect(kind(method, minor, status, init)).toBe(expected);
    },
  );

  it('counts against Content-Length (H1C-30)', () => {
    const body = BodyWriter.forResponse('GET', 1, 200, new HTTPHeaders({ 'Content-Length': '3' }));
    body.count(2);
    expect(() => {
      body.finish();
    }).toThrow('Tried to write 1 bytes less than Content-Length');
    expect(() => {
      body.count(2);
    }).toThrow('Tried to write more data than Content-Length');
  });

  it('refuses an invalid Content-Length, or one where none may be (H1C-31, SEC-1)', () => {
    expect(() => kind('GET', 1, 200, { 'Content-Length': '+3' })).toThrow('Invalid Content-Length');
    expect(() => kind('GET', 1, 204, { 'Content-Length': '3' })).toThrow('Content-Length in a 204');
  });
});
