// The JSON API, and the health check for whoever watches the watcher.
import { HTTPError } from '@typhoon/web';
import { UptimeHandler } from './base.ts';

/** `GET /api/sites`: all sites with what is known of them. */
export class SitesApiHandler extends UptimeHandler {
  override async get(): Promise<void> {
    const { version } = this.uptime.live;
    this.write({ version, sites: await this.uptime.reports() });
  }
}

/** `GET /api/sites/ID`: one of them. */
export class SiteApiHandler extends UptimeHandler {
  override async get(id: string): Promise<void> {
    const reports = await this.uptime.reports();
    const report = reports.find((one) => one.id === Number(id));
    if (report === undefined) throw new HTTPError(404);
    this.write({ ...report });
  }
}

/** `GET /healthz`: that the loop turns. */
export class HealthHandler extends UptimeHandler {
  override get(): void {
    this.write({ status: 'ok' });
  }
}
