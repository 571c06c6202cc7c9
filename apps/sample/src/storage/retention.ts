// Forgets what is old, every hour, so that the database does not grow for ever. Must not know: SQL.
import { CancelledError, type Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { appLog } from '@typhoon/log';
import type { Store } from './store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The forgetting of one store. */
export class Retention {
  readonly #store: Pick<Store, 'forget'>;
  readonly #keepMs: number;
  #work: Future<void> | null = null;

  constructor(store: Pick<Store, 'forget'>, keepDays: number) {
    this.#store = store;
    this.#keepMs = keepDays * DAY_MS;
  }

  /** Begins, at once. */
  start(): void {
    this.#work ??= this.#run();
  }

  /** Ends; resolves when it has. */
  async stop(): Promise<void> {
    this.#work?.cancel();
    await Promise.allSettled([this.#work]);
  }

  readonly #run = coroutine(function* (this: Retention): Generator<unknown, void, unknown> {
    for (;;) {
      try {
        const count = yield* this.#store.forget(Date.now() - this.#keepMs);
        if (count > 0) appLog.info('forgot %d old results', count);
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        appLog.error('old results are still there', error);
      }
      yield* sleep(HOUR_MS);
    }
  });
}
