// Drives one generator. Owns: what it waits for, what it is resumed with, its cancellation.
// Must not know: how the generator was made.
// HOT: `pnpm bench gen`
import { CancelledError, Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { Return } from './gen-error.ts';
import { moment } from './moment.ts';
import { convertYielded } from './multi.ts';
import type { FutureOptions } from '@typhoon/concurrent';

let interrupt: (runner: Runner<unknown>) => void;
let resume: (runner: Runner<unknown>) => void;

/**
 * Runs a generator to its end: each yielded future's result is what `yield` gives, its error is thrown there. It goes
 * straight through futures that are settled (GEN-6), holds one callback, bound once it has to wait, and allocates nothing
 * per step.
 *
 * Cancelling its future throws CancelledError at the `yield` where the generator waits; what it alone waits for is
 * cancelled before that, and ends first. The future settles when the generator has ended, `finally` blocks included.
 */
export class Runner<R> implements FutureOptions {
  /** Settled when the generator has ended. */
  readonly future: Future<R>;
  readonly #generator: Generator<unknown, R, unknown>;
  #onSettled: ((future: Future<unknown>) => void) | null = null;
  #awaited: Future<unknown> | null = null;
  #isRunning = false;
  #isCancelling = false;

  constructor(generator: Generator<unknown, R, unknown>) {
    this.#generator = generator;
    this.future = new Future<R>(this);
    this.#advance(false, undefined);
  }

  /** For the future: somebody cancels it. Through the ready queue, so that no chain is too long. */
  onCancel(): boolean {
    if (!this.#isCancelling) {
      this.#isCancelling = true;
      if (!this.#isRunning) IOLoop.current().schedule(interrupt, this);
    }
    return true;
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
          this.#waitFor(future);
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
    if (this.#isCancelling) IOLoop.current().schedule(interrupt, this);
  }

  /** Null when the generator is resumed in the loop's next turn. */
  #toFuture(yielded: unknown): Future<unknown> | null {
    if (yielded instanceof Future) return yielded;
    if (yielded === null || yielded === undefined || yielded === moment) {
      IOLoop.current().addCallback(resume, this);
      return null;
    }
    try {
      return convertYielded(yielded);
    } catch (error) {
      return Future.rejected(error);
    }
  }

  #waitFor(future: Future<unknown>): void {
    this.#awaited = future;
    this.#onSettled ??= (settled) => {
      this.#resumeWith(settled);
    };
    future.addDoneCallback(this.#onSettled);
  }

  #resumeWith(future: Future<unknown>): void {
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
  }

  #end(error: unknown): void {
    if (error instanceof Return) this.future.setResult(error.value as R);
    else if (error instanceof CancelledError) this.future.setCancelled(error);
    else this.future.setException(error);
  }

  #interrupt(): void {
    const awaited = this.#awaited;
    if (!this.#isCancelling || awaited === null || awaited.done()) return; // it is resumed anyway
    // Work that is cancelled runs its `finally` blocks first; the callback comes when it has ended.
    if (awaited.waiters === 1 && awaited.cancel()) return;
    if (this.#onSettled !== null) awaited.removeDoneCallback(this.#onSettled);
    this.#awaited = null;
    this.#throwCancelled();
  }

  #throwCancelled(): void {
    this.#isCancelling = false;
    this.#advance(true, new CancelledError());
  }

  static {
    interrupt = (runner) => {
      runner.#interrupt();
    };
    resume = (runner) => {
      if (runner.#isCancelling) runner.#throwCancelled();
      else runner.#advance(false, null);
    };
  }
}
