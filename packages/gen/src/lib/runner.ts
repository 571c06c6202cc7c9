// Drives one generator. Owns: what it waits for, what it is resumed with, its cancellation.
// Must not know: how the generator was made.
// HOT: `pnpm bench gen`
import { AsyncResource } from 'node:async_hooks';
import { CancelledError, Future } from '@typhoon/concurrent';
import { carryContexts, contextsLeftOpen, IOLoop, openContexts } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Return } from './gen-error.ts';
import { moment } from './moment.ts';
import { convertYielded } from './multi.ts';
import type { FutureOptions } from '@typhoon/concurrent';

/** Whether somebody has cancelled the generator, and how far that has come. */
const LIVE = 0;
/** CancelledError is thrown where it waits, or waits next. */
const DOOMED = 1;
/** It has been. There is no second one: cleaning up is not to be disturbed. */
const CANCELLED = 2;

let advance: (runner: Runner<unknown>, isError: boolean, sent: unknown) => void;
let interrupt: (runner: Runner<unknown>) => void;
let resume: (runner: Runner<unknown>) => void;

/**
 * Runs a generator to its end: each yielded future's result is what `yield` gives, its error is thrown there. It goes
 * straight through futures that are settled (GEN-6), holds one callback, bound once it has to wait, and allocates nothing
 * per step.
 *
 * Cancelling its future throws CancelledError at the `yield` where the generator waits; what it alone waits for is
 * cancelled before that, and ends first. The future settles when the generator has ended, `finally` blocks included.
 *
 * The generator is resumed in the context of AsyncLocalStorage in which it first waited.
 */
export class Runner<R> implements FutureOptions {
  /** Settled when the generator has ended. */
  readonly future: Future<R>;
  readonly #generator: Generator<unknown, R, unknown>;
  #onSettled: ((future: Future<unknown>) => void) | null = null;
  #awaited: Future<unknown> | null = null;
  #context: AsyncResource | null = null;
  #isRunning = false;
  #cancellation: typeof LIVE | typeof DOOMED | typeof CANCELLED = LIVE;
  /** What was given to `cancel`. */
  #reason: unknown = undefined;

  constructor(generator: Generator<unknown, R, unknown>) {
    this.#generator = generator;
    this.future = new Future<R>(this);
    this.#advance(false, undefined);
  }

  /** For the future: somebody cancels it. Through the ready queue, so that no chain is too long. */
  onCancel(reason: unknown): boolean {
    this.#cancellation = DOOMED;
    this.#reason = reason;
    if (!this.#isRunning) IOLoop.current().schedule(interrupt, this);
    return true;
  }

  #advance(isError: boolean, sent: unknown): void {
    const generator = this.#generator;
    const contexts = openContexts.current;
    this.#isRunning = true;
    try {
      for (;;) {
        const step = isError ? generator.throw(sent) : generator.next(sent);
        if (step.done === true) {
          this.future.setResult(step.value);
          break;
        }
        if (openContexts.current !== contexts) {
          sent = contextsLeftOpen(contexts, sent);
          isError = true;
          continue;
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
    if (this.#cancellation === DOOMED) IOLoop.current().schedule(interrupt, this);
  }

  /** Null when the generator is resumed in the loop's next turn. */
  #toFuture(yielded: unknown): Future<unknown> | null {
    if (yielded instanceof Future) return yielded;
    if (yielded === null || yielded === undefined || yielded === moment) {
      this.#context ??= new AsyncResource('Coroutine');
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
    this.#context ??= new AsyncResource('Coroutine');
    this.#onSettled ??= carryContexts((settled: Future<unknown>) => {
      this.#resumeWith(settled);
    });
    future.addDoneCallback(this.#onSettled);
  }

  /**
   * A result that has come is never thrown away, even if the generator has been cancelled meanwhile: it gets that, and
   * CancelledError where it waits next.
   */
  #resumeWith(future: Future<unknown>): void {
    if (this.#awaited !== future) return;
    this.#awaited = null;
    let result: unknown;
    try {
      result = future.result();
    } catch (error) {
      if (this.#cancellation === DOOMED) this.#throwCancelled(error);
      else this.#goOn(true, error);
      return;
    }
    this.#goOn(false, result);
  }

  /** Runs the generator on, in its context. */
  #goOn(isError: boolean, sent: unknown): void {
    this.#context?.runInAsyncScope(advance, null, this, isError, sent);
  }

  #end(error: unknown): void {
    if (error instanceof Return) this.future.setResult(error.value as R);
    else if (error instanceof CancelledError) this.future.setCancelled(error);
    else this.future.setException(error);
  }

  #interrupt(): void {
    const awaited = this.#awaited;
    if (this.#cancellation !== DOOMED || awaited === null || awaited.done()) return; // it is resumed anyway
    // Work that is cancelled runs its `finally` blocks first; the callback comes when it has ended.
    if (awaited.waiters === 1 && awaited.cancel(this.#reason)) return;
    if (this.#onSettled !== null) awaited.removeDoneCallback(this.#onSettled);
    this.#awaited = null;
    this.#throwCancelled();
  }

  /** @param error What the work that was waited for ended with, if it has. */
  #throwCancelled(error?: unknown): void {
    this.#cancellation = CANCELLED;
    if (error instanceof CancelledError) {
      this.#goOn(true, error);
      return;
    }
    const cause = error ?? this.#reason;
    this.#goOn(true, new CancelledError(undefined, cause === undefined ? {} : { cause }));
    if (error !== undefined && !isAbort(error)) {
      appLog.error('Exception after Future was cancelled', error);
    }
  }

  static {
    advance = (runner, isError, sent) => {
      runner.#advance(isError, sent);
    };
    interrupt = (runner) => {
      runner.#interrupt();
    };
    resume = (runner) => {
      if (runner.#cancellation === DOOMED) runner.#throwCancelled(undefined);
      else runner.#goOn(false, null);
    };
  }
}

/** What the APIs that take an AbortSignal fail with when it aborts. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
