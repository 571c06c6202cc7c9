// Waiting to be told. Owns: who waits, who is told first.
import { inspectAsText } from './text-form.ts';
import { Waiter, WaiterList } from './waiter-list.ts';
import type { Future } from '@typhoon/concurrent';
import type { Timeout } from '@typhoon/ioloop';

class ConditionWaiter extends Waiter<boolean> {
  protected override expire(): void {
    this.future.setResult(false);
  }
}

/**
 * Lets those who wait be woken one by one, or all at once. Unlike an `Event` it remembers nothing: who comes after
 * `notify` waits for the next one.
 */
export class Condition {
  readonly #waiters = new WaiterList<ConditionWaiter>();

  /**
   * Waits for `notify`. The result is true, or false when `timeout` (milliseconds, or an instant `{ at }`) is over first
   * (LCK-1). Cancelling the future gives up its turn.
   * @throws LoopError `ERR_BAD_DEADLINE`
   */
  wait(timeout?: Timeout): Future<boolean> {
    const waiter = new ConditionWaiter();
    this.#waiters.add(waiter, timeout);
    return waiter.future;
  }

  /** Wakes the `n` who have waited longest (LCK-2); those who have given up are not among them. Default 1. */
  notify(n = 1): void {
    for (let left = n; left > 0; left--) {
      const waiter = this.#waiters.shift();
      if (waiter === null) return;
      waiter.future.setResult(true);
    }
  }

  /** Wakes all who wait. */
  notifyAll(): void {
    this.notify(this.#waiters.length);
  }

  /** `<Condition waiters[2]>` (LCK-11). */
  toString(): string {
    const { length } = this.#waiters;
    return `<${this.constructor.name}${length > 0 ? ` waiters[${length}]` : ''}>`;
  }

  static {
    inspectAsText(this.prototype);
  }
}
