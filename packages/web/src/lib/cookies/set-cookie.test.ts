import { parseCookie } from '@typhoon/http1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearingOptions, serializeCookie, type CookieOptions } from './set-cookie.ts';

const NOW = Date.UTC(2024, 0, 1);

function cookie(value: string, options: CookieOptions = {}): string {
  return serializeCookie('a', value, options, NOW);
}

describe('serializeCookie', () => {
  it('writes the attributes in alphabetical order (WEB-30)', () => {
    const options: CookieOptions = {
      secure: true,
      sameSite: 'Lax',
      path: '/p',
      maxAge: 60,
      httpOnly: true,
      expires: new Date(NOW),
      domain: 'example.com',
    };
    expect(cookie('b', options)).toBe(
      'a=b; Domain=example.com; expires=Mon, 01 Jan 2024 00:00:00 GMT; HttpOnly; Max-Age=60; Path=/p; SameSite=Lax; Secure',
    );
  });

  it('has the path / and no flags of its own (WEB-30)', () => {
    expect(cookie('b')).toBe('a=b; Path=/');
    expect(cookie('b', { path: null, secure: false, httpOnly: false })).toBe('a=b');
    expect(cookie('')).toBe('a=""; Path=/');
  });

  it.each([
    ["!#$%&'*+-.^_`|~:09azAZ", "!#$%&'*+-.^_`|~:09azAZ"],
    ['a=b', '"a=b"'],
    ['()/<=>?@[]{}', '"()/<=>?@[]{}"'],
    ['"\\', '"\\"\\\\"'],
    [',;', '"\\054\\073"'],
    ['\x7f\xe9\xff', '"\\177\\351\\377"'],
  ])('quotes %j as %j (WEB-31, PYS-8)', (value, text) => {
    expect(cookie(value)).toBe(`a=${text}; Path=/`);
  });

  it('refuses values with white space, controls, or no latin-1 (WEB-31, 32)', () => {
    for (const value of ['a b', 'a\n', '\x00', '\t', '✓']) {
      expect(() => cookie(value)).toThrow('Invalid cookie');
    }
  });

  it.each(['', 'a b', 'a;b', 'a=b', 'é', 'a\n', 'Path', 'EXPIRES', 'max-age', 'SameSite'])(
    'refuses the name %j (WEB-32, PYS-8)',
    (name) => {
      expect(() => serializeCookie(name, 'x', {}, NOW)).toThrow('Illegal cookie name');
    },
  );

  it.each<CookieOptions>([
    { domain: 'a;b' },
    { domain: 'a b' },
    { path: '/\r\nX: y' },
    { path: '/\x7f' },
    { sameSite: 'Lax; Domain=evil' },
    { maxAge: 1.5 },
  ])('refuses the attribute %j (WEB-32, SEC-27)', (options) => {
    expect(() => cookie('b', options)).toThrow(expect.objectContaining({ code: 'ERR_COOKIE' }));
  });

  it('counts days from now, unless there is a date (WEB-33)', () => {
    expect(cookie('b', { expiresDays: 1 })).toContain('expires=Tue, 02 Jan 2024 00:00:00 GMT');
    const both = cookie('b', { expiresDays: 1, expires: new Date(0) });
    expect(both).toContain('expires=Thu, 01 Jan 1970 00:00:00 GMT');
  });

  it('does not send an age of 0, and knows no other attributes (WEB-33)', () => {
    expect(cookie('b', { maxAge: 0 })).toBe('a=b; Path=/');
    expect(() => cookie('b', { HttpOnly: true } as CookieOptions)).toThrow(TypeError);
  });

  it('writes what the parser reads back (WEB-31)', () => {
    const safe = fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.array(safe), (characters) => {
        const value = characters.join('');
        const text = cookie(value, { path: null });
        expect(parseCookie(text).get('a')).toBe(value);
      }),
    );
  });
});

describe('clearingOptions', () => {
  it('expires a year ago, with the attributes that were given (WEB-34)', () => {
    const options = clearingOptions({ path: '/x', secure: true }, NOW);
    expect(options).toEqual({ path: '/x', secure: true, expires: new Date(Date.UTC(2023, 0, 1)) });
  });

  it.each(['expires', 'expiresDays', 'maxAge'])('refuses %s (WEB-34)', (key) => {
    expect(() => clearingOptions({ [key]: 1 }, NOW)).toThrow(TypeError);
  });
});
