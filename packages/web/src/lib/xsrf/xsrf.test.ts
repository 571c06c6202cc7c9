import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { handlerOf, type Answer } from '../../../test/ask.ts';
import { Application } from '../application/application.ts';
import { fetchApp, type FetchAppOptions } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { decodeXsrfToken } from './xsrf-token.ts';
import type { ApplicationSettings } from '../application/application-settings.ts';
import type { AppResponse } from '../testing/memory-connection.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

class Form extends RequestHandler {
  override get(): void {
    this.write(this.xsrfToken);
  }
  override post(): void {
    this.write('ok');
  }
  override put(): void {
    this.write('ok');
  }
  override delete(): void {
    this.write('ok');
  }
  override options(): void {
    this.write('ok');
  }
}

function appOf(settings: ApplicationSettings = {}): Application {
  return new Application([['/', Form]], { xsrfCookies: true, ...settings });
}

/** The cookie that an answer set, as a request sends it. */
function cookieOf({ headers }: AppResponse): string {
  return headers.get('Set-Cookie', '').split(';')[0] ?? '';
}

async function visit(app: Application, cookie = ''): Promise<{ token: string; cookie: string }> {
  const headers: Record<string, string> = cookie === '' ? {} : { Cookie: cookie };
  const response = await fetchApp(app, '/', { headers });
  return { token: response.body.toString(), cookie: cookieOf(response) };
}

async function post(app: Application, target: string, options: FetchAppOptions): Promise<number> {
  return (await fetchApp(app, target, { method: 'POST', ...options })).status;
}

function refused<T>(message: string, run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.general', `403 .*: ${message}`).run(run);
}

describe('a request that may change something', () => {
  it.each(['POST', 'PUT', 'DELETE'])('is refused without a token: %s (WEB-42)', (method) =>
    refused("'_xsrf' argument missing from POST", async () => {
      expect((await fetchApp(appOf(), '/', { method })).status).toBe(403);
    }),
  );

  it('may carry the token in query, form or headers (WEB-42)', async () => {
    const app = appOf();
    const { token, cookie } = await visit(app);
    const argument = `_xsrf=${encodeURIComponent(token)}`;
    const headers = { Cookie: cookie };
    expect(await post(app, `/?${argument}`, { headers })).toBe(200);
    expect(await post(app, '/', { headers: { ...headers, ...FORM }, body: argument })).toBe(200);
    expect(await post(app, '/', { headers: { ...headers, 'X-Xsrftoken': token } })).toBe(200);
    expect(await post(app, '/', { headers: { ...headers, 'X-CSRFToken': token } })).toBe(200);
  });

  it('is refused with a token that is none (WEB-42, 45)', async () => {
    const app = appOf();
    const { cookie } = await visit(app);
    await refused("'_xsrf' argument has invalid format", async () => {
      expect(await post(app, '/?_xsrf=2%7Cx', { headers: { Cookie: cookie } })).toBe(403);
    });
  });

  it('is refused with somebody else’s token, or without the cookie (WEB-42, 50)', async () => {
    const app = appOf();
    const [mine, other] = [await visit(app), await visit(app)];
    await refused('XSRF cookie does not match', async () => {
      const headers = { 'X-Xsrftoken': other.token };
      expect(await post(app, '/', { headers: { ...headers, Cookie: mine.cookie } })).toBe(403);
      expect(await post(app, '/', { headers })).toBe(403);
    });
  });

  it('is refused with a cookie that is no token (WEB-45)', async () => {
    await refused('XSRF cookie does not match', async () => {
      const headers = { Cookie: '_xsrf=3|a|b|c', 'X-Xsrftoken': 'abcd' };
      expect(await post(appOf(), '/', { headers })).toBe(403);
    });
  });

  it('is let through without the setting, or where the handler opts out (WEB-42, 49)', async () => {
    expect(await post(appOf({ xsrfCookies: false }), '/', {})).toBe(200);
    class Open extends Form {
      override checkXsrfCookie(): void {
        // open to all
      }
    }
    const app = new Application([['/', Open]], { xsrfCookies: true });
    expect(await post(app, '/', {})).toBe(200);
  });

  it('for a page that is not there is 404, not 403 (WEB-43)', async () => {
    expect(await post(appOf(), '/nowhere', {})).toBe(404);
  });
});

describe('a request that changes nothing', () => {
  it('needs no token (WEB-42)', async () => {
    expect((await fetchApp(appOf(), '/')).status).toBe(200);
    expect((await fetchApp(appOf(), '/', { method: 'OPTIONS' })).status).toBe(200);
  });
});

describe('the token', () => {
  it('stays the same while its text changes from answer to answer (WEB-44)', async () => {
    const app = appOf();
    const first = await visit(app);
    const second = await visit(app, first.cookie);
    expect(second.token).not.toBe(first.token);
    expect(decodeXsrfToken(second.token)?.token).toEqual(decodeXsrfToken(first.token)?.token);
    expect(
      await post(app, '/', { headers: { Cookie: first.cookie, 'X-Xsrftoken': second.token } }),
    ).toBe(200);
  });

  it('is set as a cookie only if the request has none that is valid (WEB-46, 49)', async () => {
    const app = appOf();
    const { cookie } = await visit(app);
    expect(cookie).toMatch(/^_xsrf=/);
    expect((await visit(app, cookie)).cookie).toBe('');
    expect((await visit(app, '_xsrf=9|x')).cookie).toMatch(/^_xsrf=2\|/);
    const untouched = await fetchApp(
      new Application([['/', handlerOf(() => undefined)]], { xsrfCookies: true }),
      '/',
    );
    expect(untouched.headers.has('Set-Cookie')).toBe(false);
  });

  it('of one version validates the other (WEB-44, 47)', async () => {
    const [v1, v2] = [appOf({ xsrfCookieVersion: 1 }), appOf({ xsrfCookieVersion: 2 })];
    const old = await visit(v1);
    expect(old.token).toMatch(/^[0-9a-f]{32}$/);
    const renewed = await visit(v2, old.cookie);
    expect(renewed.token).toMatch(/^2\|/);
    const headers = { Cookie: old.cookie, 'X-Xsrftoken': renewed.token };
    expect(await post(v1, '/', { headers })).toBe(200);
    expect(await post(v2, '/', { headers: { ...headers, 'X-Xsrftoken': old.token } })).toBe(200);
  });

  it('takes name and attributes of its cookie from the settings (WEB-46, SEC-11)', async () => {
    const app = appOf({
      xsrfCookieName: '__Host-xsrf',
      xsrfCookieKwargs: { httpOnly: true, secure: true },
    });
    const response = await fetchApp(app, '/');
    expect(response.headers.get('Set-Cookie')).toMatch(
      /^__Host-xsrf=2.*; HttpOnly; Path=\/; Secure$/,
    );
    const headers = { Cookie: cookieOf(response), 'X-Xsrftoken': response.body.toString() };
    expect(await post(app, '/', { headers })).toBe(200);
  });

  it('lasts 30 days for who is logged in, unless the settings say otherwise (WEB-46)', async () => {
    const answer: Answer = (handler) => {
      handler.currentUser = 'me';
      handler.write(handler.xsrfToken);
    };
    const expiry = async (settings: ApplicationSettings): Promise<number> => {
      const app = new Application([['/', handlerOf(answer)]], settings);
      const cookie = (await fetchApp(app, '/')).headers.get('Set-Cookie', '');
      const [, expires = ''] = /expires=([^;]*)/.exec(cookie) ?? [];
      return Math.round((Date.parse(expires) - Date.now()) / 86_400_000);
    };
    expect(await expiry({})).toBe(30);
    expect(await expiry({ xsrfCookieKwargs: { expiresDays: 2 } })).toBe(2);
  });

  it('goes into forms as a hidden field (WEB-48)', async () => {
    const answer: Answer = (handler) => {
      handler.write(handler.xsrfFormHtml() + handler.xsrfToken);
    };
    const html = (await fetchApp(new Application([['/', handlerOf(answer)]]), '/')).body.toString();
    const [, token] = /^<input type="hidden" name="_xsrf" value="(2\|[^"]+)"\/>/.exec(html) ?? [];
    expect(html.endsWith(`>${token}`)).toBe(true);
  });
});
