// The app's memory: SQLite behind the thread pool, so that the loop never waits for the disk.
// Owns: which task runs where, and that no result is lost. Must not know: SQL (database-tasks.ts).
import { CancelledError } from '@typhoon/concurrent';
import { moduleTask, ThreadPoolExecutor } from '@typhoon/executor';
import { coroutine, sleep } from '@typhoon/gen';
import { appLog } from '@typhoon/log';
import type * as databaseTasks from './database-tasks.ts';
import type { Result } from './site.ts';

const TASKS = new URL('./database-tasks.js', import.meta.url);
const tasks = {
  prepare: moduleTask<typeof databaseTasks, 'prepareDatabase'>(TASKS, 'prepareDatabase'),
  list: moduleTask<typeof databaseTasks, 'listSites'>(TASKS, 'listSites'),
  add: moduleTask<typeof databaseTasks, 'addSite'>(TASKS, 'addSite'),
  remove: moduleTask<typeof databaseTasks, 'removeSite'>(TASKS, 'removeSite'),
  record: moduleTask<typeof databaseTasks, 'recordResult'>(TASKS, 'recordResult'),
  report: moduleTask<typeof databaseTasks, 'reportSites'>(TASKS, 'reportSites'),
};

const ATTEMPTS = 5;
const PAUSE_MS = 100;

/** Sites and results, on disk. */
export class Store {
  readonly #pool: ThreadPoolExecutor;
  readonly #file: string;
  readonly #saving = new Set<PromiseLike<void>>();

  constructor(file: string, workers: number) {
    this.#file = file;
    this.#pool = new ThreadPoolExecutor({ maxWorkers: workers });
  }

  /** Makes the tables; to be waited for before anything else. */
  open() {
    return this.#pool.submit(tasks.prepare, this.#file);
  }

  /** All sites. */
  sites() {
    return this.#pool.submit(tasks.list, this.#file);
  }

  /** Adds a site; null when it is there already. */
  add(url: string) {
    return this.#pool.submit(tasks.add, this.#file, url);
  }

  /** Removes a site; whether it was there. */
  remove(id: number) {
    return this.#pool.submit(tasks.remove, this.#file, id);
  }

  /** Everything that is shown. */
  reports() {
    return this.#pool.submit(tasks.report, this.#file, Date.now());
  }

  /**
   * Stores a result. It is the store's from here on: whoever waits may be cancelled, the result is written all the same,
   * and tried again when the worker dies under it.
   */
  record(result: Result) {
    const saving = this.#save(result);
    this.#saving.add(saving);
    const forget = (): void => {
      this.#saving.delete(saving);
    };
    saving.then(forget, forget);
    return saving;
  }

  /** Writes what is left, then ends the worker threads. */
  async close(): Promise<void> {
    while (this.#saving.size > 0) await Promise.allSettled(this.#saving);
    await this.#pool.shutdown();
  }

  readonly #save = coroutine(function* (
    this: Store,
    result: Result,
  ): Generator<unknown, void, unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        yield* this.#pool.submit(tasks.record, this.#file, result);
        return;
      } catch (error) {
        if (error instanceof CancelledError || attempt === ATTEMPTS) throw error;
        appLog.warning('storing a result failed, trying again: %s', String(error));
      }
      yield* sleep(PAUSE_MS * attempt);
    }
  });
}
