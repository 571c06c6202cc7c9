// The app's routes and settings.
import { fileURLToPath } from 'node:url';
import * as autoreload from '@typhoon/autoreload';
import { Application } from '@typhoon/web';
import { DescriptionHandler, HealthHandler, SiteApiHandler, SitesApiHandler } from './api.ts';
import { LiveEventsHandler } from './live-events.ts';
import { LivePollHandler } from './live-poll.ts';
import { LiveSocketHandler } from './live-socket.ts';
import { AddSiteHandler, PageHandler, RemoveSiteHandler } from './page.ts';
import type { Uptime } from '../uptime.ts';

/** What the web side is told. */
export interface WebOptions {
  /** Signs cookies; null for the database's own. */
  readonly cookieSecret: string | null;
  /** Whether a proxy speaks TLS for it. */
  readonly behindProxy: boolean;
  readonly debug: boolean;
}

/** Beside src/ and dist/ alike. */
function folder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** The web side of the app. */
export function createApplication(uptime: Uptime, options: WebOptions): Application {
  const known = { uptime };
  const describe = () => application.openapi({ title: 'Uptime', version: '1.0.0' });
  const application: Application = new Application(
    [
      ['/', PageHandler, known],
      ['/sites', AddSiteHandler, known],
      ['/sites/(?<id>\\d+)/remove', RemoveSiteHandler, known],
      ['/live', LivePollHandler, known],
      ['/live/events', LiveEventsHandler, known],
      ['/live/socket', LiveSocketHandler, known],
      ['/api/sites', SitesApiHandler, known],
      ['/api/sites/(?<id>\\d+)', SiteApiHandler, known],
      ['/api/openapi.json', DescriptionHandler, { uptime, describe }],
      ['/healthz', HealthHandler, known],
    ],
    {
      templatePath: folder('templates'),
      staticPath: folder('static'),
      cookieSecret: options.cookieSecret ?? uptime.cookieSecret,
      xsrfCookies: true,
      xsrfCookieKwargs: { httpOnly: true, sameSite: 'Strict', secure: options.behindProxy },
      debug: options.debug,
      ...(options.debug ? { autoreload: autoreload.start } : {}),
    },
  );
  return application;
}
