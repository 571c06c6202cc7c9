// The JSON API, its description, and the health check for whoever watches the watcher.
import { args, HTTPError, type ArgsOf, type OpenApiDocument } from '@typhoon/web';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { filtered, siteFilter } from './site-filter.ts';
import { siteName } from './site-name.ts';
import { UptimeHandler } from './uptime-handler.ts';
import type { Uptime } from '../uptime.ts';
import type { SiteReport } from '../site.ts';

const whole = v.pipe(v.number(), v.integer());

/** A site, as the API tells of it; the compiler sees to it that this is what it is. */
const report: v.GenericSchema<SiteReport> = v.object({
  id: whole,
  url: v.string(),
  last: v.nullable(
    v.object({
      siteId: whole,
      startedAt: whole,
      outcome: v.picklist(['up', 'wrong', 'late', 'down']),
      status: v.nullable(whole),
      latencyMs: v.number(),
      detail: v.string(),
    }),
  ),
  latenciesMs: v.array(v.number()),
  percentiles: v.nullable(v.object({ p50Ms: v.number(), p95Ms: v.number(), p99Ms: v.number() })),
  days: v.array(v.object({ date: v.string(), checks: whole, up: whole })),
});

const all = args(
  { query: described(siteFilter) },
  {
    summary: 'Sites with what is known of them',
    responses: { 200: described(v.object({ lastId: whole, sites: v.array(report) })) },
  },
);
const one = args(
  { path: described(siteName) },
  { summary: 'One site with what is known of it', responses: { 200: described(report) } },
);

/** `GET /api/sites?show=faulty`: sites with what is known of them. */
export class SitesApiHandler extends UptimeHandler {
  @all
  override async get({ query }: ArgsOf<typeof all>): Promise<void> {
    const { reports, lastId } = await this.uptime.overview();
    this.write({ lastId, sites: filtered(reports, query) });
  }
}

/** `GET /api/sites/ID`: one of them. */
export class SiteApiHandler extends UptimeHandler {
  @one
  override async get({ path: { id } }: ArgsOf<typeof one>): Promise<void> {
    const { reports } = await this.uptime.overview();
    const found = reports.find((site) => site.id === id);
    if (found === undefined) throw new HTTPError(404);
    this.write({ ...found });
  }
}

/** `GET /api/openapi.json`: what the app takes and answers. */
export class DescriptionHandler extends UptimeHandler {
  #describe: (() => OpenApiDocument) | null = null;

  override initialize(options: { uptime: Uptime; describe: () => OpenApiDocument }): void {
    super.initialize(options);
    this.#describe = options.describe;
  }

  override get(): void {
    this.write({ ...this.#describe?.() });
  }
}

/** `GET /healthz`: that the loop turns. */
export class HealthHandler extends UptimeHandler {
  override get(): void {
    this.write({ status: 'ok' });
  }
}
