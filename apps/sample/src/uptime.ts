// The app put together: store, client, monitor, news. Owns: the order of starting and stopping.
import { ThreadPoolExecutor } from '@typhoon/executor';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { LiveUpdates } from './live.ts';
import { Monitor } from './monitor.ts';
import { Store } from './store.ts';
import type { Config } from './config.ts';
import type { Site, SiteReport } from './site.ts';

/** What the handlers work with. */
export class Uptime {
  readonly live = new LiveUpdates();
  readonly #pool: ThreadPoolExecutor;
  readonly #store: Store;
  readonly #client: AsyncHTTPClient;
  readonly #monitor: Monitor;
  #reports: { readonly version: number; readonly reports: Promise<SiteReport[]> } | null = null;

  constructor(config: Config) {
    this.#pool = new ThreadPoolExecutor({ maxWorkers: config.workers });
    this.#store = new Store(config.database, this.#pool);
    this.#client = new AsyncHTTPClient({ maxClients: 200 });
    this.#monitor = new Monitor(this.#client, this.#store, this.live, config);
  }

  /** Opens the database and starts watching what is in it, and `urls` besides. */
  async start(urls: readonly string[]): Promise<void> {
    await this.#store.open();
    for (const url of urls) await this.#store.add(url);
    for (const site of await this.#store.sites()) this.#monitor.watch(site);
  }

  /** Adds a site and watches it; null when it was there. */
  async add(url: string): Promise<Site | null> {
    const site = await this.#store.add(url);
    if (site === null) return null;
    this.#monitor.watch(site);
    this.live.publish();
    return site;
  }

  /** Stops watching a site and forgets it; whether it was there. */
  async remove(id: number): Promise<boolean> {
    this.#monitor.unwatch(id);
    const wasThere = await this.#store.remove(id);
    this.live.publish();
    return wasThere;
  }

  /** Everything that is shown; computed once for each version, however many ask. */
  reports(): Promise<SiteReport[]> {
    const version = this.live.version;
    if (this.#reports?.version !== version) {
      const reports = Promise.resolve(this.#store.reports());
      this.#reports = { version, reports };
      // A failure is told to who asked now, and not to who asks next.
      reports.catch(() => {
        if (this.#reports?.reports === reports) this.#reports = null;
      });
    }
    return this.#reports.reports;
  }

  /** Checks end or are cancelled, and whoever waits for news is answered; then `close`. */
  async quiet(): Promise<void> {
    await this.#monitor.stop();
    this.live.close();
  }

  /** Results that are there are stored, then the threads end. */
  async close(): Promise<void> {
    await this.#store.flush();
    await this.#pool.shutdown();
    this.#client.close();
  }
}
