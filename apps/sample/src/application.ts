// The app's routes and settings.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Application } from '@typhoon/web';
import { HealthHandler, SiteApiHandler, SitesApiHandler } from './handlers/api.ts';
import { LiveHandler } from './handlers/live.ts';
import { AddSiteHandler, PageHandler, RemoveSiteHandler } from './handlers/page.ts';
import type { Uptime } from './uptime.ts';

/** Beside src/ and dist/ alike. */
function folder(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** The web side of the app. */
export function createApplication(uptime: Uptime): Application {
  const options = { uptime };
  return new Application(
    [
      ['/', PageHandler, options],
      ['/sites', AddSiteHandler, options],
      ['/sites/(\\d+)/remove', RemoveSiteHandler, options],
      ['/live', LiveHandler, options],
      ['/api/sites', SitesApiHandler, options],
      ['/api/sites/(\\d+)', SiteApiHandler, options],
      ['/healthz', HealthHandler, options],
    ],
    {
      templatePath: folder('templates'),
      staticPath: folder('static'),
      xsrfCookies: true,
      xsrfCookieKwargs: { httpOnly: true, sameSite: 'Strict' },
      // Nothing outlives a restart: the XSRF token is not signed, and there are no sessions.
      cookieSecret: randomBytes(32).toString('hex'),
    },
  );
}
