// The app put together: store, client, monitor, news. Owns: the order of starting and stopping.
import { ThreadPoolExecutor } from '@typhoon/executor';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { Monitor, type MonitorOptions } from './checks/monitor.ts';
import { LiveUpdates } from './live-updates.ts';
import { Retention } from './storage/retention.ts';
import { filesOfWorkers, Store } from './storage/store.ts';
import type { Overview, Site } from './site.ts';

/** What it is told. */
export interface UptimeOptions extends MonitorOptions {
  /** SQLite file. */
  readonly database: string;
  /** Worker threads for it. */
  readonly workers: number;
  /** Days after which a result is forgotten. */
  readonly keepDays: number;
}

/** What the handlers work with. */
export class Uptime {
  /** What the worker threads load, beside what is loaded here. */
  static readonly filesOfWorkers: readonly string[] = filesOfWorkers;

  /** Signs cookies where no other secret is given: the same from start to start. */
  readonly cookieSecret: string;
  readonly live: LiveUpdates;
  readonly #pool: ThreadPoolExecutor;
  readonly #store: Store;
  readonly #retention: Retention;
  readonly #client: AsyncHTTPClient;
  readonly #monitor: Monitor;
  #overview: Promise<Overview> | null = null;

  private constructor(
    options: UptimeOptions,
    pool: ThreadPoolExecutor,
    store: Store,
    cookieSecret: string,
  ) {
    this.cookieSecret = cookieSecret;
    this.#pool = pool;
    this.#store = store;
    this.live = new LiveUpdates(store);
    this.#retention = new Retention(store, options.keepDays);
    this.#client = new AsyncHTTPClient({ maxClients: 200 });
    this.#monitor = new Monitor(this.#client, options, (result) => {
      const saving = store.record(result);
      saving.then(
        () => {
          this.#hasChanged();
        },
        () => undefined, // who waits for it says so
      );
      return saving;
    });
  }

  /** Opens the database. */
  static async open(options: UptimeOptions): Promise<Uptime> {
    const pool = new ThreadPoolExecutor({ maxWorkers: options.workers });
    const store = new Store(options.database, pool);
    await store.open();
    return new Uptime(options, pool, store, await store.cookieSecret());
  }

  /** Starts watching what is in the database, and `urls` besides. */
  async start(urls: readonly string[]): Promise<void> {
    for (const url of urls) await this.#store.add(url);
    for (const site of await this.#store.sites()) this.#monitor.watch(site);
    this.#retention.start();
  }

  /** Adds a site and watches it; null when it was there. */
  async add(url: string): Promise<Site | null> {
    const site = await this.#store.add(url);
    if (site === null) return null;
    this.#monitor.watch(site);
    this.#hasChanged();
    return site;
  }

  /** Stops watching a site and forgets it; whether it was there. */
  async remove(id: number): Promise<boolean> {
    this.#monitor.unwatch(id);
    const wasThere = await this.#store.remove(id);
    this.#hasChanged();
    return wasThere;
  }

  /** Everything that is shown; computed once for each change, however many ask. */
  overview(): Promise<Overview> {
    if (this.#overview !== null) return this.#overview;
    const overview = Promise.resolve(this.#store.overview());
    this.#overview = overview;
    // A failure is told to who asked now, and not to who asks next.
    overview.catch(() => {
      if (this.#overview === overview) this.#overview = null;
    });
    return overview;
  }

  /** Checks end or are cancelled, and whoever waits for news is answered; then `close`. */
  async quiet(): Promise<void> {
    await this.#monitor.stop();
    await this.#retention.stop();
    this.live.close();
  }

  /** Results that are there are stored, then the threads end. */
  async close(): Promise<void> {
    await this.#store.flush();
    await this.#pool.shutdown();
    this.#client.close();
  }

  #hasChanged(): void {
    this.#overview = null;
    this.live.publish();
  }
}
