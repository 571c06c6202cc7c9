// Waiting for several futures. Owns: when all are done, and what becomes of those that a cancellation leaves.
// Must not know: what their results are made into.
import { Future } from '@typhoon/concurrent';
import type { FutureOptions } from '@typhoon/concurrent';

/** Has a future that ends when all of several have; `settle` gives it its end. */
export class Gathering<T> implements FutureOptions {
  readonly all: Future<T>;
  readonly #futures: readonly Future<unknown>[];
  readonly #settle: (all: Future<T>) => void;
  #left: number;
  /** After a cancellation: those that take their time to end. */
  #ending: Set<Future<unknown>> | null = null;

  constructor(futures: readonly Future<unknown>[], settle: (all: Future<T>) => void) {
    this.#futures = futures;
    this.#settle = settle;
    this.#left = futures.length;
    this.all = new Future<T>(this);
    if (this.#left === 0) settle(this.all);
    for (const future of futures) future.addDoneCallback(this.#onDone);
  }

  /** For dumps. */
  get what(): string {
    return `${this.#left} of ${this.#futures.length} at once`;
  }

  /** For dumps. */
  waitsFor(): readonly object[] {
    return this.#futures.filter((future) => future.running());
  }

  /** For the future: cancels the children that nobody else waits for, and waits for them; the others are left alone. */
  onCancel(reason: unknown): boolean {
    if (this.#futures.every((future) => future.done())) return true; // its end is on its way
    this.#ending = new Set();
    for (const future of this.#futures) this.#leave(future, this.#ending, reason);
    return this.#ending.size > 0;
  }

  #leave(future: Future<unknown>, ending: Set<Future<unknown>>, reason: unknown): void {
    if (future.done() || ending.has(future)) return;
    while (future.removeDoneCallback(this.#onDone)); // the same child may be there twice
    if (future.waiters > 0) return;
    future.cancel(reason);
    if (future.done()) return;
    ending.add(future);
    future.addDoneCallback(this.#onEnded);
  }

  readonly #onDone = (): void => {
    if (--this.#left === 0 && this.#ending === null && !this.all.done()) this.#settle(this.all);
  };

  readonly #onEnded = (future: Future<unknown>): void => {
    const ending = this.#ending;
    if (ending?.delete(future) === true && ending.size === 0 && !this.all.done()) {
      this.all.setCancelled();
    }
  };
}
