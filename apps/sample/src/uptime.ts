// The app put together: store, client, monitor, news. Owns: the order of starting and stopping.
import { TimeoutError, withTimeout } from '@typhoon/concurrent';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { appLog } from '@typhoon/log';
import { Monitor, type MonitorOptions } from './checks/monitor.ts';
import { LiveUpdates } from './live-updates.ts';
import { openExecutor, type WorkPlace } from './storage/executor.ts';
import { Retention } from './storage/retention.ts';
import { filesOfWorkers, Store } from './storage/store.ts';
import type { Executor } from '@typhoon/executor';
import type { Overview, Site } from './site.ts';

/** Less than the time after which whoever stops a program kills it. */
const LAST_RESULTS_MS = 3000;

/** What it is told. */
export interface UptimeOptions extends MonitorOptions, WorkPlace {
  /** SQLite file. */
  readonly database: string;
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
  readonly #executor: Executor;
  readonly #store: Store;
  readonly #retention: Retention;
  readonly #client: AsyncHTTPClient;
  readonly #monitor: Monitor;
  #overview: Promise<Overview> | null = null;

  private constructor(
    options: UptimeOptions,
    executor: Executor,
    store: Store,
    cookieSecret: string,
  ) {
    this.cookieSecret = cookieSecret;
    this.#executor = executor;
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
    const executor = await openExecutor(options);
    const store = new Store(options.database, executor);
    await store.open();
    return new Uptime(options, executor, store, await store.cookieSecret());
  }

  /** Starts watching what is in the database, and `urls` besides. */
  async start(urls: readonly string[]): Promise<void> {
    for (const url of urls) await this.#store.add(url);
    for (const site of await this.#store.sites()) this.#monitor.watch(site);
    this.#retention.start();
  }

  /** Adds a site and watches it; null when it was there. */
  async add(url: string): Promise<Site | null> {
    const { site, isNew } = await this.#store.add(url);
    this.#monitor.watch(site);
    this.#hasChanged();
    return isNew ? site : null;
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

  /** Results that are there are stored, then the threads end. With a queue they are in the queue by now, and may stay there. */
  async close(): Promise<void> {
    this.#client.close();
    const isStored = await isDoneWithin(LAST_RESULTS_MS, this.#store.flush());
    if (!isStored) appLog.warning('stopping while results wait for a worker');
    await this.#executor.shutdown({ wait: isStored });
  }

  #hasChanged(): void {
    this.#overview = null;
    this.live.publish();
  }
}

async function isDoneWithin(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  try {
    await withTimeout(timeoutMs, work);
    return true;
  } catch (error) {
    if (error instanceof TimeoutError) return false;
    throw error;
  }
}
