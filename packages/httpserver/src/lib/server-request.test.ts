import { describe, expect, it } from 'vitest';
import { headOf, RememberingConnection, requestFor } from '../../test/routed.ts';
import { HTTPServerRequest } from './server-request.ts';

/** A request with a form for its body. */
function posted(path: string, form: string): HTTPServerRequest {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const request = requestFor(path, headers);
  request.body = Buffer.from(form);
  return request;
}

function texts(all: ReadonlyMap<string, readonly unknown[]>): Record<string, string[]> {
  return Object.fromEntries(Array.from(all, ([name, values]) => [name, values.map(String)]));
}

describe('a request', () => {
  it('knows its host in lower case and without the port (HTU-13)', () => {
    const request = requestFor('/', { Host: 'Example.COM:8080' });
    expect([request.host, request.hostName]).toEqual(['Example.COM:8080', 'example.com']);
  });

  it.each([
    { target: '/a%2Fb?c=d?e', path: '/a%2Fb', query: 'c=d?e' },
    { target: '/a', path: '/a', query: '' },
    { target: '/a?', path: '/a', query: '' },
    { target: 'http://example.com?c', path: '/', query: 'c' },
    { target: 'http://example.com/a?c', path: '/a', query: 'c' },
  ])('for $target has the path $path, still encoded, and the query (HTU-13)', (one) => {
    expect(requestFor(one.target)).toMatchObject({ path: one.path, query: one.query });
  });

  it('for //path keeps both slashes (HSV-13)', () => {
    expect(requestFor('//path?a').path).toBe('//path');
  });

  it('has the query’s arguments, and the form’s behind them; blank ones stay (HTU-14)', () => {
    const request = posted('/?a=1&b=', 'a=2&c=');
    expect(texts(request.arguments)).toEqual({ a: ['1', '2'], b: [''], c: [''] });
    expect(texts(request.queryArguments)).toEqual({ a: ['1'], b: [''] });
  });

  it('without a body has an empty one (HTU-15)', () => {
    expect(requestFor('/').body).toEqual(Buffer.alloc(0));
  });

  it('is told in a line without its headers, which may hold secrets (HTU-15)', () => {
    const text = String(requestFor('/a?b', { Authorization: 'Bearer s3cret' }));
    expect(text).toBe('GET /a?b (192.0.2.1)');
  });

  it('takes client and scheme from its connection (HTU-16)', () => {
    const request = requestFor('/a');
    expect(request).toMatchObject({ remoteIp: '192.0.2.1', protocol: 'http' });
    expect(request.fullUrl()).toBe('http://example.com/a');
  });

  it('counts its time until it is asked (HTU-17)', () => {
    const request = requestFor('/');
    const first = request.requestTime();
    expect(first).toBeGreaterThanOrEqual(0);
    const since = performance.now();
    while (performance.now() === since);
    expect(request.requestTime()).toBeGreaterThan(first);
  });

  it('takes its time from the connection, which knows when the head came (HTU-17)', () => {
    const request = requestFor('/');
    Object.assign(request.connection, { elapsedMs: () => 7 });
    expect(request.requestTime()).toBe(7);
  });
});

describe('the client’s certificate', () => {
  const certificate = { subject: { CN: 'Ann' }, raw: Buffer.from([0x30, 0x82]) };
  const secured = (peer: object | null): HTTPServerRequest => {
    const connection = new RememberingConnection();
    Object.assign(connection.context.transport, { tls: { peerCertificate: () => peer } });
    return new HTTPServerRequest(headOf('/'), connection);
  };

  it('is a record, or its DER bytes (HTU-36)', () => {
    const request = secured(certificate);
    expect(request.getSslCertificate()).toBe(certificate);
    expect(request.getSslCertificate({ binaryForm: true })).toBe(certificate.raw);
  });

  it('is null when the client showed none, and without TLS (HTU-36)', () => {
    for (const request of [secured(null), requestFor('/')]) {
      expect(request.getSslCertificate()).toBeNull();
      expect(request.getSslCertificate({ binaryForm: true })).toBeNull();
    }
  });
});
