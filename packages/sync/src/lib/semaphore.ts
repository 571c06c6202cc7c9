// Permits: so many may be held at once. Owns: how many there are, who gets the next one.
// HOT: `vitest bench` in packages/sync
import { Future } from '@typhoon/concurrent';
import { holding } from './holding.ts';
import { Releaser } from './releaser.ts';
import { SyncError } from './sync-error.ts';
import { inspectAsText } from './text-form.ts';
import { Waiter, WaiterList } from './waiter-list.ts';
import type { Timeout } from '@typhoon/ioloop';

/**
 * Lets so many in at once; the others wait, first come, first served. `release` may also be called without `acquire`,
 * which adds a permit; see `BoundedSemaphore`.
 */
export class Semaphore {
  readonly #waiters = new WaiterList<Waiter<Releaser>>();
  #value: number;

  /**
   * @param value How many permits there are. Default 1.
   * @throws RangeError when that is not a whole number, or negative (LCK-6).
   */
  constructor(value = 1) {
    if (value < 0) {
      throw new RangeError(`semaphore initial value must be >= 0, not ${value}`);
    }
    if (!Number.isInteger(value)) {
      throw new RangeError(`semaphore initial value must be a whole number, not ${String(value)}`);
    }
    this.#value = value;
  }

  /** How many permits are free. */
  protected get value(): number {
    return this.#value;
  }

  /**
   * Waits for a permit. The result gives it back: `using held = await semaphore.acquire()` at the end of the block, or
   * `held.release()`. Fails with TimeoutError `ERR_TIMEOUT` when `timeout` (milliseconds, or an instant `{ at }`) is over
   * first. Cancelling the future gives up its place.
   * @throws LoopError `ERR_BAD_DEADLINE` when it has to wait
   */
  acquire(timeout?: Timeout): Future<Releaser> {
    if (this.#value > 0) {
      this.#value--;
      return Future.resolved(new Releaser(this));
    }
    const waiter = new Waiter<Releaser>();
    this.#waiters.add(waiter, timeout);
    return waiter.future;
  }

  /** Gives a permit back: who has waited longest gets it (LCK-6). */
  release(): void {
    const waiter = this.#waiters.shift();
    if (waiter === null) this.#value++;
    else waiter.future.setResult(new Releaser(this));
  }

  /**
   * Calls `work` with a permit held, until what it returns is settled; the answer has its end. Errors as for `acquire`.
   * Cancelling the answer gives up the place, or cancels the work if it is a future.
   */
  run<T>(work: () => T | PromiseLike<T>, timeout?: Timeout): Future<T> {
    return holding(this.acquire(timeout), work);
  }

  /** `<Semaphore [unlocked,value:2]>`, `<Semaphore [locked,waiters:1]>` (LCK-11). */
  toString(): string {
    return `<${this.constructor.name} [${describe(this.#value, this.#waiters.length)}]>`;
  }

  static {
    inspectAsText(this.prototype);
  }
}

/** A semaphore that is released only as often as it was acquired. */
export class BoundedSemaphore extends Semaphore {
  readonly #initial: number;

  /**
   * @param value How many permits there are, and ever will be. Default 1.
   * @throws RangeError as for `Semaphore`.
   */
  constructor(value = 1) {
    super(value);
    this.#initial = value;
  }

  /** Gives a permit back. @throws SyncError `ERR_NOT_ACQUIRED` when all of them are there (LCK-9). */
  override release(): void {
    if (this.value >= this.#initial) {
      throw new SyncError('ERR_NOT_ACQUIRED', 'Semaphore released too many times');
    }
    super.release();
  }
}

function describe(value: number, waiters: number): string {
  const state = value === 0 ? 'locked' : `unlocked,value:${value}`;
  return waiters === 0 ? state : `${state},waiters:${waiters}`;
}
