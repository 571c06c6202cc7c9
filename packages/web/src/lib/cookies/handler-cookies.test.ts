import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { ask, type Answer } from '../../../test/ask.ts';
import { createSignedValue } from './signed-value.ts';

async function cookiesSet(answer: Answer, cookie = ''): Promise<string[]> {
  const { headers } = await ask(answer, {
    headers: { Cookie: cookie },
    settings: { cookieSecret: 's' },
  });
  return headers.getList('Set-Cookie');
}

/** What `answer` gives for a request with these cookies. */
async function given(answer: Answer, cookie: string): Promise<unknown> {
  let result: unknown;
  await cookiesSet((handler) => {
    result = answer(handler);
  }, cookie);
  return result;
}

describe('cookies that came', () => {
  it('are read by name', async () => {
    expect(await given((handler) => handler.getCookie('a'), 'a=b; c="d\\054"')).toBe('b');
    expect(await given((handler) => handler.cookies.get('c'), 'a=b; c="d\\054"')).toBe('d,');
    expect(await given((handler) => handler.getCookie('x'), 'a=b')).toBeNull();
    expect(await given((handler) => handler.getCookie('x', 'none'), 'a=b')).toBe('none');
  });

  it('are not those that are set in the answer (WEB-35)', async () => {
    const answer: Answer = (handler) => {
      handler.setCookie('a', 'new');
      return handler.getCookie('a');
    };
    expect(await given(answer, 'a=old')).toBe('old');
    expect(await given(answer, '')).toBeNull();
  });
});

describe('setCookie', () => {
  it('sends one header a name, in the order they were first set (WEB-29)', async () => {
    const cookies = await cookiesSet((handler) => {
      handler.setCookie('a', '1', { secure: true, expiresDays: 1 });
      handler.setCookie('b', Buffer.from('2'));
      handler.setCookie('a', '3');
    });
    expect(cookies).toEqual(['a=3; Path=/', 'b=2; Path=/']);
  });

  it('goes out with the error page, too', async () => {
    const cookies = await cookiesSet((handler) => {
      handler.setCookie('a', '1');
      handler.sendError(404);
    });
    expect(cookies).toEqual(['a=1; Path=/']);
  });
});

describe('clearCookie', () => {
  it('expires the cookie, with the attributes given (WEB-34)', async () => {
    const [cookie = ''] = await cookiesSet((handler) => {
      handler.clearCookie('a', { path: '/x', domain: 'example.com', httpOnly: true });
    });
    const [, expires = ''] = /expires=([^;]*)/.exec(cookie) ?? [];
    expect(cookie.replace(expires, 'T')).toBe(
      'a=""; Domain=example.com; expires=T; HttpOnly; Path=/x',
    );
    const days = (Date.now() - Date.parse(expires)) / 86_400_000;
    expect(Math.round(days)).toBe(365);
  });

  it('has a sister for all that came (WEB-34)', async () => {
    const cookies = await cookiesSet((handler) => {
      handler.clearAllCookies({ path: '/p' });
    }, 'a=1; b=2');
    expect(cookies.map((cookie) => cookie.slice(0, 5))).toEqual(['a="";', 'b="";']);
    expect(cookies[1]).toContain('Path=/p');
  });
});

describe('signed cookies', () => {
  it('come back as they were set, and last 30 days (WEB-36, 41)', async () => {
    const [cookie = ''] = await cookiesSet((handler) => {
      handler.setSignedCookie('user', Buffer.from([0, 255]), { httpOnly: true });
    });
    const [, expires = ''] = /expires=([^;]*)/.exec(cookie) ?? [];
    expect(Math.round((Date.parse(expires) - Date.now()) / 86_400_000)).toBe(30);
    expect(cookie).toContain('HttpOnly; Path=/');
    const sent = cookie.slice(0, cookie.indexOf(';'));
    expect(await given((handler) => handler.getSignedCookie('user'), sent)).toEqual(
      Buffer.from([0, 255]),
    );
  });

  it('are hidden from scripts and from other sites, unless asked otherwise', async () => {
    const [cookie = '', other = ''] = await cookiesSet((handler) => {
      handler.setSignedCookie('user', 'me');
      handler.setSignedCookie('seen', 'by scripts', { httpOnly: false, sameSite: null });
    });
    expect(cookie).toMatch(/; HttpOnly; Path=\/; SameSite=Lax$/);
    expect(other).toMatch(/; Path=\/$/);
  });

  it('that are not ours are null', async () => {
    const forged = createSignedValue('other', 'user', 'admin');
    expect(
      await given((handler) => handler.getSignedCookie('user'), `user="${forged}"`),
    ).toBeNull();
    expect(await given((handler) => handler.getSignedCookie('user'), '')).toBeNull();
  });

  it('may be read from elsewhere, and need not last as long (WEB-39, 40)', async () => {
    const old = createSignedValue('s', 'user', 'me', { clock: () => Date.now() - 2 * 86_400_000 });
    expect(await given((handler) => handler.getSignedCookie('user', { value: old }), '')).toEqual(
      Buffer.from('me'),
    );
    const options = { value: old, maxAgeDays: 1 };
    expect(await given((handler) => handler.getSignedCookie('user', options), '')).toBeNull();
    expect(
      await given((handler) => handler.getSignedCookieKeyVersion('user', { value: old }), ''),
    ).toBe(0);
    expect(await given((handler) => handler.getSignedCookieKeyVersion('user'), '')).toBeNull();
  });

  it('of the old form are made when they are asked for (WEB-38)', async () => {
    const value = await given(
      (handler) => handler.createSignedValue('user', 'me', { version: 1 }),
      '',
    );
    expect(value).toMatch(/^bWU=\|\d+\|[0-9a-f]{40}$/);
  });

  it('have their older names, too', async () => {
    const [cookie = ''] = await cookiesSet((handler) => {
      handler.setSecureCookie('user', 'me', { expiresDays: null, version: 2 });
    });
    const [sent = ''] = cookie.split(';');
    expect(await given((handler) => handler.getSecureCookie('user'), sent)).toEqual(
      Buffer.from('me'),
    );
    const old = await given((handler) => handler.getSecureCookie('user', { maxAgeDays: -1 }), sent);
    expect(old).toBeNull();
    expect(await given((handler) => handler.getSecureCookieKeyVersion('user'), sent)).toBe(0);
  });

  it('need a secret, and say so (WEB-36)', async () => {
    const expected = new ExpectLog('typhoon.application', 'Uncaught exception');
    await expected.run(async () => {
      const { status, body } = await ask((handler) => handler.getSignedCookie('x'), {
        settings: { serveTraceback: true },
      });
      expect(status).toBe(500);
      expect(body.toString()).toContain("define the 'cookieSecret' setting");
    });
  });

  it('are signed with the key version of the settings (WEB-36)', async () => {
    const settings = { cookieSecret: { 0: 'a', 1: 'b' }, keyVersion: 1 };
    let version: number | null = null;
    await ask(
      (handler) => {
        const value = handler.createSignedValue('x', 'y');
        version = handler.getSignedCookieKeyVersion('x', { value });
      },
      { settings },
    );
    expect(version).toBe(1);
  });
});
