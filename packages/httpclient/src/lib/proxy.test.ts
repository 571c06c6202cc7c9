import { describe, expect, it } from 'vitest';
import { ProxyEnvironment, proxyOf } from './proxy.ts';
import { LIBRARY_DEFAULTS, resolveSettings } from './request-settings.ts';
import { parseRequestUrl } from './request-url.ts';
import type { HTTPRequestOptions } from './http-request.ts';
import type { Environment } from './proxy.ts';

const ENVIRONMENT = { http_proxy: 'http://p.test:3128', HTTPS_PROXY: 'me:pw@q.test:8080' };

/** `host:port` of the proxy, or null. */
function through(
  url: string,
  environment: Environment = ENVIRONMENT,
  options: HTTPRequestOptions = {},
): string | null {
  const settings = resolveSettings(options, LIBRARY_DEFAULTS);
  const proxy = proxyOf(parseRequestUrl(url), settings, new ProxyEnvironment(environment));
  return proxy === null ? null : `${proxy.host}:${proxy.port}`;
}

describe('proxyOf', () => {
  it('takes the variable of the scheme', () => {
    expect(through('http://a.test/')).toBe('p.test:3128');
    expect(through('https://a.test/')).toBe('q.test:8080');
    expect(through('https://a.test/', { all_proxy: 'r.test' })).toBe('r.test:80');
    expect(through('http://a.test/', {})).toBeNull();
  });

  it('takes name and password from the variable', () => {
    const url = parseRequestUrl('https://a.test/');
    const { authorization } = new ProxyEnvironment(ENVIRONMENT).proxyFor(url) ?? {};
    expect(authorization).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`);
  });

  it('lets the request have the last word', () => {
    const own = { proxyHost: '::1', proxyPort: 1 };
    expect(through('http://a.test/', ENVIRONMENT, own)).toBe('::1:1');
    expect(through('http://a.test/', ENVIRONMENT, { proxyHost: '' })).toBeNull();
    expect(through('http://a.test/', ENVIRONMENT, { socketPath: '/s' })).toBeNull();
  });

  it('does not believe HTTP_PROXY in a CGI program', () => {
    expect(through('http://a.test/', { HTTP_PROXY: 'p.test' })).toBe('p.test:80');
    expect(
      through('http://a.test/', { HTTP_PROXY: 'evil.test', REQUEST_METHOD: 'GET' }),
    ).toBeNull();
  });

  it.each(['http://localhost/', 'http://x.localhost/', 'http://127.9.9.9/', 'http://[::1]/'])(
    'goes straight to %s',
    (url) => {
      expect(through(url)).toBeNull();
    },
  );

  it.each([
    ['*', 'http://a.test/', true],
    ['a.test', 'http://a.test/', true],
    ['a.test', 'http://b.a.test/', true],
    ['.a.test', 'http://a.test/', true],
    ['*.a.test', 'http://b.a.test/', true],
    ['a.test', 'http://aa.test/', false],
    ['a.test:81', 'http://a.test:81/', true],
    ['a.test:81', 'http://a.test/', false],
    ['A.TEST', 'http://a.test/', true],
    ['x, a.test b', 'http://a.test/', true],
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://10.200.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['10.0.0.0/99', 'http://10.0.0.1/', false],
  ])('takes no_proxy=%s: %s is one of them: %s', (no_proxy, url, isOne) => {
    expect(through(url, { ...ENVIRONMENT, no_proxy }) === null).toBe(isOne);
  });

  it('refuses a proxy that it cannot talk to', () => {
    expect(() => through('http://a.test/', { http_proxy: 'socks5://p.test:1080' })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_REQUEST' }),
    );
  });
});
