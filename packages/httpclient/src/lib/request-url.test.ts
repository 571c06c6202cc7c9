import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HTTPClientError } from './http-response.ts';
import { parseRequestUrl } from './request-url.ts';

function codeOf(url: string): string {
  try {
    parseRequestUrl(url);
  } catch (error) {
    if (error instanceof HTTPClientError) return error.code;
    throw error;
  }
  return 'none';
}

describe('parseRequestUrl', () => {
  it('takes http and https, in any case, with their default ports (SHC-4)', () => {
    expect(parseRequestUrl('http://a.test/')).toMatchObject({ isSecure: false, port: 80 });
    expect(parseRequestUrl('HTTPS://a.test/')).toMatchObject({ isSecure: true, port: 443 });
  });

  it.each(['ftp://a.test/', 'file:///etc/passwd', 'a.test/x', '//a.test/', '', 'javascript:1'])(
    'refuses the scheme of %j (SHC-4)',
    (url) => {
      expect(() => parseRequestUrl(url)).toThrow('Unsupported url scheme');
      expect(codeOf(url)).toBe('ERR_BAD_URL');
    },
  );

  it('takes user and password out of Host (SHC-4)', () => {
    expect(parseRequestUrl('http://me:pa%3Ass@a.test:81/')).toMatchObject({
      authority: 'a.test:81',
      host: 'a.test',
      username: 'me',
      password: 'pa:ss',
    });
  });

  it('takes everything before the last @ for user and password', () => {
    expect(parseRequestUrl('http://good.test@evil.test/')).toMatchObject({ host: 'evil.test' });
    expect(parseRequestUrl('http://a@b@evil.test/')).toMatchObject({ username: 'a@b' });
  });

  it.each([
    ['/a/../b/./c', '/a/../b/./c'],
    ['//double//', '//double//'],
    ['/%7euser/%2F', '/%7euser/%2F'],
    ['/Case?Q=%c3%A4&x=a+b', '/Case?Q=%c3%A4&x=a+b'],
    ['/p?a?b', '/p?a?b'],
    ['/x;y=1,2', '/x;y=1,2'],
    ['/back\\slash', '/back\\slash'],
  ])('sends the path %j as given (SHC-5)', (path, target) => {
    expect(parseRequestUrl(`http://a.test${path}`).target).toBe(target);
  });

  it('makes an empty path a slash, and drops the fragment (SHC-5)', () => {
    expect(parseRequestUrl('http://a.test').target).toBe('/');
    expect(parseRequestUrl('http://a.test?q=1#f').target).toBe('/?q=1');
    expect(parseRequestUrl('http://a.test/x#?not-a-query').target).toBe('/x');
  });

  it('percent-encodes what is not ASCII', () => {
    expect(parseRequestUrl('http://a.test/ä?ö=€').target).toBe('/%C3%A4?%C3%B6=%E2%82%AC');
  });

  it('changes no target of printable ASCII (SHC-5)', () => {
    const printable = fc.string({
      unit: fc.constantFrom(...Array.from('abcXYZ019/.;:@&=+$,-_~!*()%[]|^"<>')),
    });
    fc.assert(
      fc.property(printable, (path) => {
        expect(parseRequestUrl(`http://a.test/${path}`).target).toBe(`/${path}`);
      }),
    );
  });

  it('reads IPv6 addresses in brackets (SHC-29)', () => {
    expect(parseRequestUrl('http://[::1]:8080/')).toMatchObject({
      host: '::1',
      port: 8080,
      authority: '[::1]:8080',
    });
    expect(parseRequestUrl('https://[2001:DB8::1]/')).toMatchObject({
      host: '2001:db8::1',
      port: 443,
      authority: '[2001:DB8::1]',
    });
  });

  it('keeps the host as written for Host, and folds it for comparing', () => {
    const url = parseRequestUrl('http://A.Test:80/');
    expect(url.authority).toBe('A.Test:80');
    expect(url.origin).toBe(parseRequestUrl('http://a.test/').origin);
  });

  it('turns an international name into the one that is looked up', () => {
    expect(parseRequestUrl('http://müller.test:81/').authority).toBe('xn--mller-kva.test:81');
  });

  it.each([
    'http:///path',
    'http://',
    'http://a b/',
    'http://evil.test\\@good.test/',
    'http://a b@good.test/',
    'http://a\n@good.test/',
    'http://a.test:0/',
    'http://a.test:65536/',
    'http://a.test:x/',
    'http://[::1/',
    'http://::1/',
    'http://a\r\nX: y/',
    'http://a.test/a b',
    'http://a.test/a\r\nX: y',
    'http://a.test/?q=\u0000',
    'http://a.test/\u007f',
  ])('refuses %j', (url) => {
    expect(codeOf(url)).toBe('ERR_BAD_URL');
  });
});
