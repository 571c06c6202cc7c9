import { HTTPHeaders } from '@typhoon/http1';
import { describe, expect, it } from 'vitest';
import { isRedirect, redirected } from './redirect.ts';
import { parseRequestUrl } from './request-url.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { RequestDraft } from './request-draft.ts';

function head(status: number, location?: string): ResponseHead {
  return {
    minorVersion: 1,
    status,
    reason: '',
    headers: new HTTPHeaders(location === undefined ? {} : { Location: location }),
    contentLength: 0,
    isChunked: false,
    untilClose: false,
    hasNoBody: false,
    keepAlive: true,
    isSwitch: false,
  };
}

function draft(fields: Partial<RequestDraft> = {}): RequestDraft {
  return {
    url: 'http://a.test/dir/page?q=1',
    method: 'GET',
    headers: null,
    body: null,
    bodyProducer: null,
    authUsername: null,
    authPassword: '',
    ...fields,
  };
}

function follow(from: RequestDraft, status: number, location: string): RequestDraft {
  return redirected(from, parseRequestUrl(from.url), head(status, location));
}

const SECRETS = { Authorization: 'a', Cookie: 'c', 'Proxy-Authorization': 'p', 'X-Kept': 'x' };

/** Names of the fields that go out after a redirect. */
function fieldsAt(location: string, url = 'http://a.test/'): string[] {
  const next = follow(draft({ url, headers: SECRETS }), 302, location);
  return [...new HTTPHeaders(next.headers ?? {})];
}

describe('isRedirect', () => {
  it('is 301, 302, 303, 307 and 308 with Location (SHC-13)', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      expect(isRedirect(head(status, '/x'))).toBe(true);
      expect(isRedirect(head(status))).toBe(false);
    }
    for (const status of [200, 201, 300, 304, 305, 306, 399]) {
      expect(isRedirect(head(status, '/x'))).toBe(false);
    }
  });
});

describe('redirected', () => {
  it.each([
    ['http://b.test/x', 'http://b.test/x'],
    ['//b.test/x', 'http://b.test/x'],
    ['/x', 'http://a.test/x'],
    ['x', 'http://a.test/dir/x'],
    ['../x', 'http://a.test/x'],
    ['?q=2', 'http://a.test/dir/page?q=2'],
    ['/a b/\xc3\xa4', 'http://a.test/a%20b/%C3%A4'],
  ])('joins the location %j to the current URL (SHC-13)', (location, url) => {
    expect(follow(draft(), 302, location).url).toBe(url);
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [302, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('after %i makes of %s a %s (SHC-14)', (status, method, expected) => {
    const next = follow(draft({ method, body: 'x' }), status, '/y');
    expect(next.method).toBe(expected);
    expect(next.body).toBe(method === expected ? 'x' : null);
  });

  it('drops the fields that speak of the body with the body (SHC-14)', () => {
    const headers = {
      'Content-Type': 't',
      'Content-Length': '1',
      'Content-Encoding': 'e',
      'Transfer-Encoding': 'f',
      'X-Kept': 'x',
    };
    const dropped = follow(draft({ method: 'POST', body: 'x', headers }), 303, '/y');
    expect([...new HTTPHeaders(dropped.headers ?? {})]).toEqual(['X-Kept']);
    const kept = follow(draft({ method: 'POST', body: 'x', headers }), 307, '/y');
    expect(new HTTPHeaders(kept.headers ?? {}).size).toBe(5);
  });

  it('forgets Host, which is made anew (SHC-15)', () => {
    const next = follow(draft({ headers: { Host: 'other.test' } }), 302, 'http://b.test/');
    expect([...new HTTPHeaders(next.headers ?? {})]).toEqual([]);
  });

  it('never changes the header object it was given', () => {
    const headers = new HTTPHeaders(SECRETS);
    follow(draft({ headers, method: 'POST' }), 303, 'http://b.test/');
    expect(headers.size).toBe(4);
  });

  it.each([
    'http://b.test/',
    'https://a.test/',
    'http://a.test:81/',
    '//a.test.b.test/',
    'http://a.test@b.test/',
  ])('tells another origin, %s, no secrets (SHC-16, SEC-29)', (location) => {
    expect(fieldsAt(location)).toEqual(['X-Kept']);
  });

  it.each(['http://a.test:80/', 'HTTP://A.TEST/x', '/x'])(
    'tells the same origin, %s, what it knows already (SHC-16)',
    (location) => {
      expect(fieldsAt(location)).toHaveLength(4);
    },
  );

  it('takes options and URL credentials to no other origin (SHC-16, SEC-29)', () => {
    const auth = draft({ authUsername: 'u', authPassword: 'p' });
    expect(follow(auth, 302, 'http://b.test/')).toMatchObject({
      authUsername: null,
      authPassword: '',
    });
    expect(follow(auth, 302, '/y')).toMatchObject({ authUsername: 'u', authPassword: 'p' });
    const inUrl = draft({ url: 'http://me:pw@a.test/' });
    expect(follow(inUrl, 302, '/y').url).toBe('http://me:pw@a.test/y');
    expect(follow(inUrl, 302, '//me:pw@b.test/y').url).toBe('http://b.test/y');
    expect(follow(inUrl, 302, '//me:pw@$&.test/y').url).toBe('http://$&.test/y');
  });

  it('follows nowhere but to http and https (CRL-5)', () => {
    for (const location of ['ftp://a.test/', 'file:///etc/passwd', 'javascript:x', 'http://']) {
      expect(() => follow(draft(), 302, location)).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_URL' }),
      );
    }
  });
});
