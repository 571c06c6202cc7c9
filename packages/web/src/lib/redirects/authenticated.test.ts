import { coroutine } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { authenticated } from './authenticated.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import type { ApplicationSettings } from '../application/application-settings.ts';

let asked = 0;

class Private extends RequestHandler {
  override getCurrentUser(): string | null {
    asked++;
    return this.getArgument('user', { default: null });
  }
  @authenticated
  override get(): void {
    this.write(`hello ${String(this.currentUser)}`);
  }
  @authenticated
  @coroutine
  override *post(): Generator<unknown, void, unknown> {
    yield null;
    this.write('posted');
  }
}

async function visit(
  target: string,
  settings: ApplicationSettings = { loginUrl: '/login' },
  method = 'GET',
): Promise<string> {
  const app = new Application([['/.*', Private]], settings);
  const { status, headers, body } = await fetchApp(app, target, { method, protocol: 'https' });
  return `${status} ${headers.get('Location', body.toString())}`;
}

describe('authenticated', () => {
  it('lets somebody through (WEB-84)', async () => {
    expect(await visit('/?user=me')).toBe('200 hello me');
    expect(await visit('/?user=me', {}, 'POST')).toBe('200 posted');
  });

  it('sends nobody to the login URL, and says where to come back to (WEB-84)', async () => {
    expect(await visit('/a?b=c')).toBe('302 /login?next=%2Fa%3Fb%3Dc');
    const absolute = { loginUrl: 'https://login.example/' };
    expect(await visit('/a', absolute)).toBe(
      '302 https://login.example/?next=https%3A%2F%2Flocalhost%2Fa',
    );
    expect(await visit('/a', { loginUrl: '/login?x=y' })).toBe('302 /login?x=y');
  });

  it('answers 403 to other methods (WEB-84)', async () => {
    expect(await visit('/a', {}, 'POST')).toMatch(/^403/);
  });

  it('needs the login URL (WEB-84)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      expect(await visit('/a', {})).toMatch(/^500/);
    });
  });
});

describe('currentUser', () => {
  it('is asked for once, and can be set (WEB-81)', async () => {
    class Twice extends Private {
      override prepare(): void {
        asked = 0;
        if (this.request.path === '/set') this.currentUser = 'set';
      }
      override get(): void {
        this.write(`${String(this.currentUser)} ${String(this.currentUser)} ${asked}`);
      }
    }
    const app = new Application([['/.*', Twice]]);
    expect((await fetchApp(app, '/?user=me')).body.toString()).toBe('me me 1');
    expect((await fetchApp(app, '/set')).body.toString()).toBe('set set 0');
  });
});
