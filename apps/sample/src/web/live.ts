// Live updates by long polling: the answer waits until there is news.
import { args, type ArgsOf } from '@typhoon/web';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { filtered, siteFilter } from './site-filter.ts';
import { sparkline } from './sparkline.ts';
import { UptimeHandler } from './uptime-handler.ts';
import type { Future } from '@typhoon/concurrent';

/** Proxies give up on a silent answer after 30 s or more. */
const LONGEST_WAIT_MS = 25_000;

const since = v.optional(v.pipe(v.string(), v.toNumber()), '0');
const news = args(
  { query: described(v.object({ ...siteFilter.entries, since })) },
  { summary: 'The list as HTML, once it is newer than a version' },
);

/** `GET /live?since=VERSION`, and the filter: the list, once it is newer than that. */
export class LiveHandler extends UptimeHandler {
  #news: Future<number> | null = null;

  @news
  override async get({ query }: ArgsOf<typeof news>): Promise<void> {
    this.#news = this.uptime.live.wait(query.since, LONGEST_WAIT_MS);
    const version = await this.#news;
    const reports = filtered(await this.uptime.reports(), query);
    const html = this.renderString('sites.html', { reports, filter: query, sparkline });
    this.setHeader('Cache-Control', 'no-store');
    this.write({ version, html: html.toString() });
  }

  override onConnectionClose(): void {
    this.#news?.cancel();
  }
}
