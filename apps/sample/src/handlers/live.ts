// Live updates by long polling: the answer waits until there is news.
import { sparkline } from '../sparkline.ts';
import { UptimeHandler } from './base.ts';
import type { Future } from '@typhoon/concurrent';

/** Proxies give up on a silent answer after 30 s or more. */
const LONGEST_WAIT_MS = 25_000;

/** `GET /live?since=VERSION`: the list, once it is newer than that. */
export class LiveHandler extends UptimeHandler {
  #news: Future<number> | null = null;

  override async get(): Promise<void> {
    const since = Number(this.getArgument('since', { default: '0' }));
    this.#news = this.uptime.live.wait(since, LONGEST_WAIT_MS);
    const version = await this.#news;
    const reports = await this.uptime.reports();
    const html = this.renderString('sites.html', { reports, sparkline });
    this.setHeader('Cache-Control', 'no-store');
    this.write({ version, html: html.toString() });
  }

  override onConnectionClose(): void {
    this.#news?.cancel();
  }
}
