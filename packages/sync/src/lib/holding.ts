// Work that is done while something is held. Owns: that it is given back, once, when the work has really ended.
// Must not know: what is held.
import { isThenable } from '@typhoon/ioloop';
import { AsyncResource } from 'node:async_hooks';
import { CancelledError, Future } from '@typhoon/concurrent';
import type { FutureOptions } from '@typhoon/concurrent';
import type { Releaser } from './releaser.ts';

/**
 * Calls `work` when `permit` is there, at once if it is already, and releases it when what `work` returns is settled.
 * The answer has the end of `work`. Cancelling it while it waits gives up its place; later the work is cancelled, if it
 * is a future, and the permit is kept until the work has ended.
 */
export function holding<T>(permit: Future<Releaser>, work: () => T | PromiseLike<T>): Future<T> {
  return new Holding(permit, work).future;
}

class Holding<T> implements FutureOptions {
  readonly future: Future<T> = new Future<T>(this);
  readonly #permit: Future<Releaser>;
  /** The work, once it has begun: what it returned, or null if nobody can stop that. */
  #begun: { stoppable: Future<T> | null } | null = null;
  #cancellation: { readonly reason: unknown } | null = null;

  constructor(permit: Future<Releaser>, work: () => T | PromiseLike<T>) {
    this.#permit = permit;
    if (permit.done()) {
      this.#begin(work);
      return;
    }
    const bound = AsyncResource.bind(work); // it is called in the event of whoever releases
    permit.addDoneCallback(() => {
      this.#begin(bound);
    });
  }

  /** For the future: somebody cancels it. */
  onCancel(reason: unknown): boolean {
    this.#cancellation = { reason };
    if (this.#begun === null) {
      this.#permit.cancel(reason);
      return false; // if the permit has been handed over in this event, `#begin` gives it back
    }
    this.#begun.stoppable?.cancel(reason);
    return true; // a promise ends when it ends
  }

  #begin(work: () => T | PromiseLike<T>): void {
    let held: Releaser;
    try {
      held = this.#permit.result();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.future.done()) held.release();
    else this.#call(work, held);
  }

  #call(work: () => T | PromiseLike<T>, held: Releaser): void {
    const begun: { stoppable: Future<T> | null } = { stoppable: null };
    this.#begun = begun;
    let result: T | PromiseLike<T>;
    try {
      result = work();
    } catch (error) {
      this.#end(held, () => {
        throw error;
      });
      return;
    }
    if (!isThenable(result)) {
      const value = result;
      this.#end(held, () => value);
      return;
    }
    const running: Future<T> = Future.from(result);
    if (running === result) begun.stoppable = running;
    running.addDoneCallback(() => {
      this.#end(held, () => running.result());
    });
    // Cancelled by the work itself.
    if (this.#cancellation !== null) begun.stoppable?.cancel(this.#cancellation.reason);
  }

  #end(held: Releaser, outcome: () => T): void {
    let value: T;
    try {
      try {
        value = outcome();
      } finally {
        held.release();
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.future.setResult(value);
  }

  #fail(error: unknown): void {
    if (this.future.done()) return;
    if (error instanceof CancelledError) this.future.setCancelled(error);
    else this.future.setException(error);
  }
}
