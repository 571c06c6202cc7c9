// Those who wait, the oldest first. Owns: their order, and leaving it in constant time, by cancellation or timeout.
// Must not know: what they wait for.
// HOT: `vitest bench` in packages/sync
import { Future, TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import type { FutureOptions } from '@typhoon/concurrent';
import type { Timeout, TimeoutHandle } from '@typhoon/ioloop';

let alarm: (waiter: Waiter<unknown>, timeout: Timeout) => void;
let disarm: (waiter: Waiter<unknown>) => void;

/**
 * One who waits, with the future that tells when it is over. It has its place in the list until it is served, cancelled
 * or out of time, whichever is first: whoever serves it takes it out before, so it is never served and gone as well.
 */
export class Waiter<T> implements FutureOptions {
  readonly future: Future<T> = new Future<T>(this);
  /** Its neighbours; the list's business. */
  previous: this | null = null;
  next: this | null = null;
  /** Where it waits; null before and after. */
  list: { remove(waiter: Waiter<T>): void } | null = null;
  #loop: IOLoop | null = null;
  #timeout: TimeoutHandle | null = null;

  /** For the future: somebody cancels it. Its place is given up, unless it is being served at this very moment. */
  onCancel(): boolean {
    if (this.list === null) return true;
    this.list.remove(this);
    return false;
  }

  /** What becomes of the future when the time is over. */
  protected expire(timeout: Timeout): void {
    const allowed = typeof timeout === 'number' ? `after ${timeout} ms` : 'at the given instant';
    this.future.setException(new TimeoutError(`Timeout ${allowed}`));
  }

  static {
    alarm = (waiter, timeout) => {
      waiter.#loop = IOLoop.current();
      waiter.#timeout = waiter.#loop.addTimeout(timeout, () => {
        waiter.#timeout = null;
        if (waiter.list === null) return;
        waiter.list.remove(waiter);
        waiter.expire(timeout);
      });
    };
    disarm = (waiter) => {
      if (waiter.#timeout !== null) waiter.#loop?.removeTimeout(waiter.#timeout);
      waiter.#timeout = null;
    };
  }
}

/** Waiters in a row, linked both ways, so that whoever gives up in the middle leaves nothing behind. */
export class WaiterList<W extends Waiter<unknown>> {
  #first: W | null = null;
  #last: W | null = null;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Puts `waiter` at the end. A timer is set only when there is a timeout.
   * @throws LoopError `ERR_BAD_DEADLINE`; it does not wait then.
   */
  add(waiter: W, timeout: Timeout | undefined): void {
    if (timeout !== undefined) alarm(waiter, timeout);
    waiter.list = this;
    waiter.previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#length++;
  }

  /** Takes the oldest out, to be served now; null when nobody waits. */
  shift(): W | null {
    const first = this.#first;
    if (first !== null) this.remove(first);
    return first;
  }

  /** Takes `waiter` out, which waits here, and clears its timer. */
  remove(waiter: W): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    waiter.previous = null;
    waiter.next = null;
    waiter.list = null;
    this.#length--;
    disarm(waiter);
  }
}
