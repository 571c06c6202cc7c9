// Drives one generator. Owns: what it waits for, what it is resumed with, its cancellation.
// Must not know: how the generator was made.
// HOT: `pnpm bench gen`
import { CancelledError, Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { Return } from './gen-error.ts';
import { moment } from './moment.ts';
import { convertYielded } from './multi.ts';

/**
 * Runs a generator to its end: each yielded future's result is what `yield` gives, its error is thrown there. It goes
 * straight through futures that are settled (GEN-6), holds one callback, bound once, and allocates nothing per step.
 */
export class Runner<R> {
  /** Settled when the generator has ended. */
  readonly future: Future<R>;
  readonly #generator: Generator<unknown, R, unknown>;
  #awaited: Future<unknown> | null = null;
  #isRunning = false;
  #isCancelling = false;

  constructor(generator: Generator<unknown, R, unknown>) {
    this.#generator = generator;
    this.future = new Future<R>({ onCancel: () => this.#cancel() });
    this.#advance(false, undefined);
  }

  #advance(isError: boolean, sent: unknown): void {
    const generator = this.#generator;
    this.#isRunning = true;
    try {
      for (;;) {
        const step = isError ? generator.throw(sent) : generator.next(sent);
        if (step.done === true) {
          this.future.setResult(step.value);
          break;
        }
        isError = false;
        const future = this.#toFuture(step.value);
        if (future === null) break;
        if (!future.done()) {
          this.#awaited = future;
          future.addDoneCallback(this.#onSettled);
          break;
        }
        try {
          sent = future.result();
        } catch (error) {
          sent = error;
          isError = true;
        }
      }
    } catch (error) {
      this.#end(error);
    }
    this.#isRunning = false;
    if (this.#isCancelling) this.#interrupt();
  }

  /** Null when the generator is resumed in the loop's next turn. */
  #toFuture(yielded: unknown): Future<unknown> | null {
    if (yielded instanceof Future) return yielded;
    if (yielded === null || yielded === undefined || yielded === moment) {
      IOLoop.current().addCallback(this.#onTurn);
      return null;
    }
    try {
      return convertYielded(yielded);
    } catch (error) {
      return Future.rejected(error);
    }
  }

  readonly #onTurn = (): void => {
    if (this.#isCancelling) this.#throwCancelled();
    else if (!this.future.done()) this.#advance(false, null);
  };

  readonly #onSettled = (future: Future<unknown>): void => {
    if (this.#awaited !== future) return;
    this.#awaited = null;
    if (this.#isCancelling) {
      this.#throwCancelled();
      return;
    }
    let sent: unknown;
    let isError = false;
    try {
      sent = future.result();
    } catch (error) {
      sent = error;
      isError = true;
    }
    this.#advance(isError, sent);
  };

  #end(error: unknown): void {
    if (error instanceof Return) this.future.setResult(error.value as R);
    else if (error instanceof CancelledError) this.future.setCancelled(error);
    else this.future.setException(error);
  }

  /** The rule: CancelledError at the `yield` where it waits; what it alone waits for is cancelled in turn. */
  #cancel(): boolean {
    this.#isCancelling = true;
    if (!this.#isRunning) this.#interrupt();
    return true;
  }

  #interrupt(): void {
    const awaited = this.#awaited;
    if (awaited === null) {
      if (this.future.done()) this.#isCancelling = false;
      return;
    }
    if (awaited.done()) return; // #onSettled is on its way
    // A coroutine that is cancelled runs its `finally` blocks first; #onSettled comes when it has ended.
    if (awaited.waiters === 1 && awaited.cancel()) return;
    awaited.removeDoneCallback(this.#onSettled);
    this.#awaited = null;
    IOLoop.current().schedule(this.#onInterrupt, null);
  }

  readonly #onInterrupt = (): void => {
    if (!this.future.done()) this.#throwCancelled();
  };

  #throwCancelled(): void {
    this.#isCancelling = false;
    this.#advance(true, new CancelledError());
  }
}
