// The app's memory: SQLite behind an executor, so that the loop never waits for the disk.
// Owns: which task runs where, and that no result is lost. Must not know: SQL (database-tasks.ts).
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledError, type Future } from '@typhoon/concurrent';
import { moduleTasks, type Executor, type Task } from '@typhoon/executor';
import { coroutine, sleep } from '@typhoon/gen';
import { appLog } from '@typhoon/log';
import type * as databaseTasks from './database-tasks.ts';
import type { AddedSite, Missed, Overview, Result, Site } from '../site.ts';

const TASKS = new URL('./database-tasks.js', import.meta.url);
const task = moduleTasks<typeof databaseTasks>(TASKS);

/** What the pool's threads load. */
export const filesOfWorkers: readonly string[] = [
  TASKS,
  ...['./database.js', './site-report.js', './updates.js'].map(
    (name) => new URL(name, import.meta.url),
  ),
].map((url) => fileURLToPath(url));

/** Nobody waits longer for an answer; a result waits as long as it takes. */
const PATIENCE_MS = 10_000;
const ATTEMPTS = 5;
const PAUSE_MS = 100;
/** As many as are gone within some ten milliseconds. */
const FORGOTTEN_AT_ONCE = 5000;

/** Sites and results, on disk. */
export class Store {
  readonly #executor: Executor;
  readonly #file: string;
  readonly #saving = new Set<PromiseLike<void>>();

  /** The executor is the caller's, who shuts it down behind `flush`. */
  constructor(file: string, executor: Executor) {
    this.#file = resolve(file); // whoever does the tasks may be in another folder
    this.#executor = executor;
  }

  /** Makes the tables; to be waited for before anything else. */
  open(): Future<void> {
    return this.#ask(task('prepareDatabase'), this.#file);
  }

  /** All sites. */
  sites(): Future<Site[]> {
    return this.#ask(task('listSites'), this.#file);
  }

  /** Adds a site, unless it is there already. */
  add(url: string): Future<AddedSite> {
    return this.#ask(task('addSite'), this.#file, url);
  }

  /** Removes a site; whether it was there. */
  remove(id: number): Future<boolean> {
    return this.#ask(task('removeSite'), this.#file, id);
  }

  /** Everything that is shown. */
  overview(): Future<Overview> {
    return this.#ask(task('overview'), this.#file, Date.now());
  }

  /** What happened behind an update, in pieces: ask again until there is no more. */
  newsAfter(id: number): Future<Missed> {
    return this.#ask(task('newsAfter'), this.#file, id, Date.now());
  }

  /** A secret for cookies, the same from start to start. */
  cookieSecret(): Future<string> {
    return this.#ask(task('secretOf'), this.#file, 'cookies');
  }

  /** Forgets results that began before that time, in ms since the epoch; how many. */
  forget(before: number): Future<number> {
    return this.#forget(before);
  }

  /**
   * Stores a result. It is the store's from here on: whoever waits may be cancelled, the result is written all the same,
   * and tried again when the worker dies under it.
   */
  record(result: Result): Future<void> {
    const saving = this.#save(result);
    this.#saving.add(saving);
    const forget = (): void => {
      this.#saving.delete(saving);
    };
    saving.then(forget, forget);
    return saving;
  }

  /** Resolves when every result that it was given is on disk. */
  async flush(): Promise<void> {
    while (this.#saving.size > 0) await Promise.allSettled(this.#saving);
  }

  /** Has a task done for somebody who does not wait for ever. */
  #ask<A extends unknown[], R>(what: Task<A, R>, ...args: A): Future<R> {
    return this.#executor.run(what, args, { deadline: PATIENCE_MS });
  }

  readonly #save = coroutine(function* (
    this: Store,
    result: Result,
  ): Generator<unknown, void, unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        yield* this.#executor.run(task('recordResult'), [this.#file, result], { deadline: null });
        return;
      } catch (error) {
        if (error instanceof CancelledError || attempt === ATTEMPTS) throw error;
        appLog.warning('storing a result failed, trying again: %s', String(error));
      }
      yield* sleep(PAUSE_MS * attempt);
    }
  });

  readonly #forget = coroutine(function* (
    this: Store,
    before: number,
  ): Generator<unknown, number, unknown> {
    for (let count = 0; ;) {
      const gone = yield* this.#executor.submit(
        task('forgetResults'),
        this.#file,
        before,
        FORGOTTEN_AT_ONCE,
      );
      count += gone;
      if (gone < FORGOTTEN_AT_ONCE) return count;
    }
  });
}
