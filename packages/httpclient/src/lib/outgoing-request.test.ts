import { HTTPHeaders } from '@typhoon/http1';
import { describe, expect, it } from 'vitest';
import { describeRequest, prepareRequest } from './outgoing-request.ts';
import { NO_PROXIES } from './proxy.ts';
import { draftOf } from './request-draft.ts';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import type { HTTPRequestOptions } from './http-request.ts';
import type { OutgoingRequest } from './outgoing-request.ts';

function prepare(
  options: HTTPRequestOptions = {},
  url = 'http://a.test/x',
  isKeepAlive = true,
): OutgoingRequest {
  const settings = resolveSettings(options, LIBRARY_DEFAULTS);
  return prepareRequest(draftOf(url, settings), settings, { isKeepAlive, proxies: NO_PROXIES });
}

/** Header fields by name. */
function fields(options?: HTTPRequestOptions, url?: string): HTTPHeaders {
  const [, ...lines] = prepare(options, url).head.split('\r\n');
  return HTTPHeaders.parse(lines.join('\n'));
}

const produce = (): void => undefined;

describe('prepareRequest', () => {
  it('writes a request line and the default fields (SHC-8)', () => {
    expect(prepare({}, 'http://A.test:81/p?q=1#f').head).toBe(
      'GET /p?q=1 HTTP/1.1\r\nHost: A.test:81\r\nConnection: keep-alive\r\n' +
        'User-Agent: Typhoon\r\nAccept-Encoding: gzip\r\n\r\n',
    );
  });

  it('sends neither Expect nor Pragma unless told to, and takes gzip (CRL-4)', () => {
    const sent = fields();
    expect([sent.has('Expect'), sent.has('Pragma')]).toEqual([false, false]);
    expect(sent.get('Accept-Encoding')).toBe('gzip');
  });

  it('says Connection: close where connections are not kept (SHC-8)', () => {
    expect(prepare({}, 'http://a/', false).head).toContain('Connection: close\r\n');
    expect(prepare({}, 'http://a/', false).isKeepAlive).toBe(false);
    expect(prepare({ headers: { connection: 'Close' } }).isKeepAlive).toBe(false);
  });

  it('says how long the body is, in bytes, and what it is for POST (SHC-8)', () => {
    const post = fields({ method: 'POST', body: 'ä=1' });
    expect(post.get('Content-Length')).toBe('4');
    expect(post.get('Content-Type')).toBe('application/x-www-form-urlencoded');
    const put = fields({ method: 'PUT', body: Uint8Array.of(1, 2, 3) });
    expect(put.get('Content-Length')).toBe('3');
    expect(put.has('Content-Type')).toBe(false);
    const empty = fields({ method: 'POST', body: '' });
    expect(empty.get('Content-Length')).toBe('0');
  });

  it('lets the caller’s fields go before the defaults', () => {
    const headers = {
      Host: 'other.test',
      'user-agent': 'mine',
      'Accept-Encoding': 'br',
      'Content-Type': 'text/plain',
    };
    const sent = fields({ method: 'POST', body: 'x', headers });
    expect(Object.fromEntries(sent.getAll())).toMatchObject({
      Host: 'other.test',
      'User-Agent': 'mine',
      'Accept-Encoding': 'br',
      'Content-Type': 'text/plain',
    });
  });

  it('asks for gzip only when the answer is to be decompressed (SHC-8)', () => {
    expect(fields({ decompressResponse: false }).has('Accept-Encoding')).toBe(false);
  });

  it('sets User-Agent and If-Modified-Since from their options (HCL-13)', () => {
    const ifModifiedSince = new Date(Date.UTC(2020, 0, 2, 3, 4, 5));
    const sent = fields({ userAgent: 'mine', ifModifiedSince });
    expect(sent.get('User-Agent')).toBe('mine');
    expect(sent.get('If-Modified-Since')).toBe('Thu, 02 Jan 2020 03:04:05 GMT');
  });

  it('makes basic authentication of options, or of the URL (SHC-4, 9)', () => {
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(fields({ authUsername: 'u', authPassword: 'p' }).get('Authorization')).toBe(
      basic('u:p'),
    );
    expect(fields({}, 'http://me:pw@a.test/').get('Authorization')).toBe(basic('me:pw'));
    expect(fields({}, 'http://me:pw@a.test/').get('Host')).toBe('a.test');
    const both = fields({ authUsername: 'u' }, 'http://me:pw@a.test/');
    expect(both.get('Authorization')).toBe(basic('u:'));
    // SHC-9: in normal form C.
    expect(fields({ authUsername: 'a\u0308' }).get('Authorization')).toBe(basic('ä:'));
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'sends %s (SHC-6)',
    (method) => {
      const body = method.startsWith('P') ? { body: 'x' } : {};
      expect(prepare({ method, ...body }).head).toMatch(new RegExp(`^${method} `));
    },
  );

  it.each(['get', 'TRACE', 'CONNECT', 'FOO', ''])(
    'does not know the method %j (SHC-6)',
    (method) => {
      expect(() => prepare({ method })).toThrow('unknown method');
    },
  );

  it('sends any method that is a token when told to (SHC-6)', () => {
    expect(prepare({ method: 'PURGE', allowNonstandardMethods: true }).head).toMatch(/^PURGE /);
    expect(() => prepare({ method: 'A B', allowNonstandardMethods: true })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_REQUEST' }),
    );
  });

  it('wants a body where there must be one, and none elsewhere (SHC-7)', () => {
    for (const method of ['POST', 'PUT', 'PATCH']) {
      expect(() => prepare({ method })).toThrow(`Body must be given for method ${method}`);
      expect(() => prepare({ method, bodyProducer: produce })).not.toThrow();
    }
    for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
      expect(() => prepare({ method, body: '' })).toThrow(
        `Body must not be given for method ${method}`,
      );
    }
    expect(() => prepare({ body: 'x', allowNonstandardMethods: true })).not.toThrow();
    expect(() => prepare({ method: 'POST', allowNonstandardMethods: true })).not.toThrow();
  });

  it('chunks what is produced, unless its length is given', () => {
    expect(fields({ method: 'POST', bodyProducer: produce }).get('Transfer-Encoding')).toBe(
      'chunked',
    );
    const headers = { 'Content-Length': '5' };
    const sized = prepare({ method: 'POST', bodyProducer: produce, headers });
    expect(sized.head).not.toContain('chunked');
    expect(sized.framing.kind).toBe('length');
  });

  it('refuses framing fields that contradict the body', () => {
    const bad: HTTPRequestOptions[] = [
      { method: 'POST', body: 'abc', headers: { 'Content-Length': '2' } },
      { method: 'POST', body: 'abc', headers: { 'Content-Length': '4' } },
      { headers: { 'Content-Length': '4' } },
      { method: 'POST', body: 'abc', headers: { 'Content-Length': '3, 3' } },
      { method: 'POST', body: 'abc', headers: { 'Transfer-Encoding': 'chunked' } },
      { method: 'POST', body: 'abc', bodyProducer: produce },
    ];
    for (const options of bad) {
      expect(() => prepare(options)).toThrow(expect.objectContaining({ code: 'ERR_BAD_REQUEST' }));
    }
  });

  it('refuses line breaks and other controls in fields (SEC-16, CRL-9)', () => {
    for (const value of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\u0000b', '€']) {
      expect(() => prepare({ headers: { 'X-Test': value } })).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_REQUEST' }),
      );
      expect(() => prepare({ userAgent: value })).toThrow('Invalid value of header');
    }
    expect(() => prepare({ headers: { 'X Y': 'z' } })).toThrow('Invalid header name');
  });

  it('never changes the header object it was given (HCL-4)', () => {
    const headers = new HTTPHeaders({ 'X-One': '1' });
    prepare({ headers, method: 'POST', body: 'x', authUsername: 'u' });
    expect([...headers.getAll()]).toEqual([['X-One', '1']]);
  });

  it('keeps several values of one field apart', () => {
    const headers = new HTTPHeaders();
    headers.add('X-Many', '1');
    headers.add('X-Many', '2');
    expect(prepare({ headers }).head).toContain('X-Many: 1\r\nX-Many: 2\r\n');
  });

  it('asks for 100 only with a body (SHC-12)', () => {
    const post = prepare({ method: 'POST', body: 'x', expect100Continue: true });
    expect(post.head).toContain('Expect: 100-continue\r\n');
    expect(post.isContinueAwaited).toBe(true);
    expect(prepare({ expect100Continue: true }).isContinueAwaited).toBe(false);
  });
});

describe('describeRequest', () => {
  it('names no query and no password', () => {
    const request = prepare({}, 'http://me:pw@a.test/p?token=secret');
    expect(describeRequest(request)).toBe('GET http://a.test:80/p');
  });
});
