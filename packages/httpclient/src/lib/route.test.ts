import { describe, expect, it } from 'vitest';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import { parseRequestUrl } from './request-url.ts';
import { routeKey, routeOf } from './route.ts';
import type { HTTPRequestOptions } from './http-request.ts';
import type { HostnameMapping, Route } from './route.ts';

function route(
  url: string,
  options: HTTPRequestOptions = {},
  mapping: HostnameMapping = {},
): Route {
  return routeOf(parseRequestUrl(url), resolveSettings(options, LIBRARY_DEFAULTS), null, mapping);
}

function key(url: string, options: HTTPRequestOptions = {}): string {
  return routeKey(parseRequestUrl(url), resolveSettings(options, LIBRARY_DEFAULTS), null);
}

describe('routeOf', () => {
  it('connects to the host and port of the URL', () => {
    expect(route('http://a.test:81/')).toEqual({
      address: { host: 'a.test', port: 81 },
      options: {},
      tunnel: null,
    });
    expect(route('http://[::1]/').address).toEqual({ host: '::1', port: 80 });
  });

  it('checks certificate and name unless told otherwise (SHC-21, SEC-3, 10)', () => {
    const { tls } = route('https://a.test/').options;
    expect(tls).toMatchObject({ servername: 'a.test', rejectUnauthorized: true });
    expect(tls).not.toHaveProperty('minVersion');
    const unchecked = route('https://a.test/', { validateCert: false }).options;
    expect(unchecked.tls).toMatchObject({ rejectUnauthorized: false });
  });

  it('names no server that is an address (RFC 6066 §3)', () => {
    expect(route('https://127.0.0.1/').options.tls).not.toHaveProperty('servername');
    expect(route('https://[::1]/').options.tls).not.toHaveProperty('servername');
  });

  it('takes certificates and keys as PEM text, bytes or the name of a file (SHC-21)', () => {
    const pem = '-----BEGIN X-----';
    const options = { caCerts: pem, clientKey: Buffer.from('k'), clientCert: import.meta.filename };
    const { tls } = route('https://a.test/', options).options;
    expect(tls).toMatchObject({ ca: pem, key: Buffer.from('k') });
    expect(String(tls?.cert)).toContain('takes certificates and keys');
  });

  it('names the option and the file that cannot be read', () => {
    expect(() => route('https://a.test/', { caCerts: '/nowhere.pem' })).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_REQUEST',
        message: 'HTTP 599: cannot read caCerts from /nowhere.pem',
      }),
    );
  });

  it('takes sslOptions instead of the certificate options (SHC-21)', () => {
    const sslOptions = { servername: 'other.test', ca: 'x' };
    const { tls } = route('https://a.test/', { sslOptions, validateCert: false }).options;
    expect(tls).toEqual({ ALPNProtocols: ['http/1.1'], servername: 'other.test', ca: 'x' });
  });

  it('keeps to IPv4, and to a source address, when told to (SHC-9, 21)', () => {
    const { options } = route('http://a/', { allowIpv6: false, networkInterface: '127.0.0.2' });
    expect(options).toEqual({ family: 4, localAddress: '127.0.0.2' });
  });

  it('connects to a unix socket whatever the URL says', () => {
    expect(route('http://a.test/', { socketPath: '/run/x.sock' }).address).toEqual({
      path: '/run/x.sock',
    });
  });

  it.each([
    [{ 'a.test': 'b.test' }, { host: 'b.test', port: 81 }],
    [{ 'a.test': 'b.test:82' }, { host: 'b.test', port: 82 }],
    [
      { 'a.test:81': '127.0.0.1:83', 'a.test': 'no' },
      { host: '127.0.0.1', port: 83 },
    ],
    [{ 'a.test:80': 'no' }, { host: 'a.test', port: 81 }],
    [{ 'a.test': '::1' }, { host: '::1', port: 81 }],
    [{ 'a.test': '[::1]:84' }, { host: '::1', port: 84 }],
  ])('maps by %j to %j (SHC-23, 25)', (mapping, address) => {
    expect(route('http://A.test:81/', {}, mapping as HostnameMapping).address).toEqual(address);
  });

  it('asks TLS for the name in the URL, wherever that is mapped to (SHC-23)', () => {
    const { options } = route('https://a.test/', {}, { 'a.test': '127.0.0.1' });
    expect(options.tls).toMatchObject({ servername: 'a.test' });
  });

  it('does not take properties that every object has for mappings', () => {
    expect(route('http://constructor/').address).toEqual({ host: 'constructor', port: 80 });
  });
});

describe('routeKey', () => {
  it('is the same for the same scheme, host and port', () => {
    expect(key('http://a.test/x')).toBe(key('http://me:pw@A.test:80/y?z'));
    const others = ['https://a.test/', 'http://a.test:81/', 'http://b.test/'];
    for (const other of others) expect(key(other)).not.toBe(key('http://a.test/'));
  });

  it('differs wherever the connection would (SEC-33, CRL-6)', () => {
    const bytes = Buffer.from('x');
    const options: HTTPRequestOptions[] = [
      {},
      { validateCert: false },
      { caCerts: 'x' },
      { clientKey: 'x' },
      { clientCert: 'x' },
      { caCerts: bytes },
      { caCerts: Buffer.from('x') },
      { sslOptions: {} },
      { sslOptions: {} },
      { allowIpv6: false },
      { networkInterface: '127.0.0.2' },
      { socketPath: 'x' },
      { socketPath: 'x|ipv4' },
      { socketPath: 'x', allowIpv6: false },
    ];
    expect(new Set(options.map((one) => key('https://a.test/', one))).size).toBe(options.length);
    expect(key('https://a/', { caCerts: bytes })).toBe(key('https://a/', { caCerts: bytes }));
  });

  it('knows nothing of certificates without TLS', () => {
    expect(key('http://a.test/', { caCerts: 'x', validateCert: false })).toBe(
      key('http://a.test/'),
    );
  });
});
