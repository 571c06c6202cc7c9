// A flag that can be waited for.
import { Future } from '@typhoon/concurrent';
import { inspectAsText } from './text-form.ts';
import { Waiter, WaiterList } from './waiter-list.ts';
import type { Timeout } from '@typhoon/ioloop';

/** Settled once and for all: what need not wait, nobody can take away. */
const DONE: Future<void> = Future.resolved(undefined);

/** A flag: `wait` lasts until it is set, and is over at once from then on, until it is cleared. */
export class Event {
  readonly #waiters = new WaiterList<Waiter<void>>();
  #isSet = false;

  /** Whether the flag is up. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Raises the flag and wakes all who wait, even if it is lowered again at once (LCK-5). */
  set(): void {
    this.#isSet = true;
    for (;;) {
      const waiter = this.#waiters.shift();
      if (waiter === null) return;
      waiter.future.setResult();
    }
  }

  /** Lowers the flag: from now on `wait` waits. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is up. Fails with TimeoutError `ERR_TIMEOUT` when `timeout` (milliseconds, or an instant
   * `{ at }`) is over first.
   * @throws LoopError `ERR_BAD_DEADLINE`
   */
  wait(timeout?: Timeout): Future<void> {
    if (this.#isSet) return DONE;
    const waiter = new Waiter<void>();
    this.#waiters.add(waiter, timeout);
    return waiter.future;
  }

  /** `<Event set>` or `<Event clear>` (LCK-11). */
  toString(): string {
    return `<${this.constructor.name} ${this.#isSet ? 'set' : 'clear'}>`;
  }

  static {
    inspectAsText(this.prototype);
  }
}
