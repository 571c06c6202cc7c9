// Watches the sites: one coroutine a site, all at once. Owns: which coroutines run, and how they end.
// Must not know: HTTP handlers, what becomes of a result.
import { CancelledError, type Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { appLog } from '@typhoon/log';
import { check } from './check.ts';
import type { Result, Site } from '../site.ts';
import type { AsyncHTTPClient } from '@typhoon/httpclient';

/** How often and how long. */
export interface MonitorOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The running checks. */
export class Monitor {
  readonly #client: AsyncHTTPClient;
  readonly #options: MonitorOptions;
  readonly #record: (result: Result) => Future<void>;
  #isStopped = false;
  readonly #watches = new Map<number, Future<void>>();

  /** `record` takes each result. */
  constructor(
    client: AsyncHTTPClient,
    options: MonitorOptions,
    record: (result: Result) => Future<void>,
  ) {
    this.#client = client;
    this.#options = options;
    this.#record = record;
  }

  /** Starts watching a site; not after `stop`. */
  watch(site: Site): void {
    if (this.#isStopped || this.#watches.has(site.id)) return;
    const watch = this.#follow(site);
    this.#watches.set(site.id, watch);
    watch.then(undefined, (error: unknown) => {
      if (error instanceof CancelledError) return;
      appLog.error('watching %s ended', site.url, error);
    });
  }

  /** Stops watching a site; a check under way is cancelled. */
  unwatch(id: number): void {
    this.#watches.get(id)?.cancel();
    this.#watches.delete(id);
  }

  /** Stops watching all; resolves when the last coroutine has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const watches = [...this.#watches.values()];
    this.#watches.clear();
    for (const watch of watches) watch.cancel();
    await Promise.allSettled(watches);
  }

  readonly #follow = coroutine(function* (
    this: Monitor,
    site: Site,
  ): Generator<unknown, void, unknown> {
    const { intervalMs, timeoutMs } = this.#options;
    for (;;) {
      const result = yield* check(this.#client, site, timeoutMs);
      try {
        yield* this.#record(result);
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        appLog.error('a result of %s is lost', site.url, error);
      }
      yield* sleep(intervalMs);
    }
  });
}
