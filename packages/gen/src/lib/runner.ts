// Drives one generator. Owns: what it waits for, what it is resumed with, its cancellation.
// Must not know: how the generator was made.
// HOT: `pnpm bench gen`
import { AsyncResource } from 'node:async_hooks';
import { CancelledError, Future } from '@typhoon/concurrent';
import {
  carryContexts,
  contextsLeftOpen,
  IOLoop,
  openContexts,
  registerTaskKind,
  taskNotes,
} from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Return } from './gen-error.ts';
import { next } from './generator-function.ts';
import { moment } from './moment.ts';
import { convertYielded } from './multi.ts';
import type { FutureOptions, Waiter } from '@typhoon/concurrent';
import type { OpenContexts } from '@typhoon/ioloop';

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
 * straight through futures that are settled (GEN-6), is told by them itself, and allocates nothing per step.
 *
 * Cancelling its future throws CancelledError at the `yield` where the generator waits; what it alone waits for is
 * cancelled before that, and ends first. The future settles when the generator has ended, `finally` blocks included.
 *
 * The generator is resumed in the context of AsyncLocalStorage in which it first waited.
 */
export class Runner<R> implements FutureOptions, Waiter {
  /** Settled when the generator has ended. */
  readonly future: Future<R>;
  readonly #generator: Generator<unknown, R, unknown>;
  /** Itself, or a callback in the stack contexts in which it first waited. */
  #waiter: Waiter | (() => void) | null = null;
  #awaited: Future<unknown> | null = null;
  #context: AsyncResource | null = null;
  /** Since when it waits; for dumps. */
  #waitMark = 0;
  #isRunning = false;
  #cancellation: typeof LIVE | typeof DOOMED | typeof CANCELLED = LIVE;
  /** What was given to `cancel`. */
  #reason: unknown = undefined;
  /** What was cancelled with it last, and whether something else had been before. */
  #passedTo: Future<unknown> | null = null;
  #isSecond = false;

  /** @param first What the generator has yielded already, where `contexts` were open before. */
  constructor(
    generator: Generator<unknown, R, unknown>,
    first: IteratorResult<unknown, R> | null = null,
    contexts: OpenContexts | null = openContexts.current,
  ) {
    this.#generator = generator;
    this.future = new Future<R>(this);
    if (taskNotes.isOn) taskNotes.made(this);
    this.#advance(first, false, undefined, contexts);
  }

  /** The future of what a generator function's `generator` ends with. One that never yields needs no runner. */
  static start<R>(generator: Generator<unknown, R, unknown>): Future<R> {
    const contexts = openContexts.current;
    try {
      const first = next.call(generator) as IteratorResult<unknown, R>;
      if (first.done === true) return Future.resolved(first.value);
      return new Runner(generator, first, contexts).future;
    } catch (error) {
      const future = new Future<R>();
      fail(future, error);
      return future;
    }
  }

  /** For the future: somebody cancels it. Through the ready queue, so that no chain is too long. */
  onCancel(reason: unknown): boolean {
    this.#cancellation = DOOMED;
    this.#reason = reason;
    if (!this.#isRunning) IOLoop.current().schedule(interrupt, this);
    return true;
  }

  #advance(
    first: IteratorResult<unknown, R> | null,
    isError: boolean,
    sent: unknown,
    contexts: OpenContexts | null,
  ): void {
    const generator = this.#generator;
    this.#isRunning = true;
    try {
      let step = first ?? (isError ? generator.throw(sent) : generator.next(sent));
      while (step.done !== true) {
        if (openContexts.current !== contexts) {
          sent = contextsLeftOpen(contexts, sent);
          isError = true;
        } else {
          const future = this.#toFuture(step.value);
          if (future === null) break;
          if (!future.done()) {
            this.#waitFor(future);
            break;
          }
          isError = false;
          try {
            sent = future.result();
          } catch (error) {
            sent = error;
            isError = true;
          }
        }
        step = isError ? generator.throw(sent) : generator.next(sent);
      }
      if (step.done === true) this.future.setResult(step.value);
    } catch (error) {
      fail(this.future, error);
    }
    this.#isRunning = false;
    if (taskNotes.isOn && this.future.done()) taskNotes.ended(this);
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
    this.#waitMark = IOLoop.current().waitMark;
    this.#context ??= new AsyncResource('Coroutine');
    this.#waiter ??= openContexts.current === null ? this : this.#carried();
    future.addDoneCallback(this.#waiter);
  }

  #carried(): () => void {
    return carryContexts(() => {
      this.onSettled();
    });
  }

  /**
   * For the future that is waited for: it is settled. A result that has come is never thrown away, even if the generator
   * has been cancelled meanwhile: it gets that, and CancelledError where it waits next, even if the work that it waits for
   * there swallows its own: a loop around such work would never end, nor let anything else in.
   */
  onSettled(): void {
    const future = this.#awaited;
    if (future?.done() !== true) return;
    this.#awaited = null;
    let result: unknown;
    try {
      result = future.result();
    } catch (error) {
      if (this.#cancellation === DOOMED) this.#throwCancelled(error);
      else this.#goOn(true, error);
      return;
    }
    if (this.#cancellation === DOOMED && this.#isSecond) this.#throwCancelled();
    else this.#goOn(false, result);
  }

  /** Runs the generator on, in its context. */
  #goOn(isError: boolean, sent: unknown): void {
    this.#context?.runInAsyncScope(advance, null, this, isError, sent);
  }

  #interrupt(): void {
    const awaited = this.#awaited;
    if (this.#cancellation !== DOOMED || awaited === null || awaited.done()) return; // it is resumed anyway
    // Work that is cancelled runs its `finally` blocks first; the callback comes when it has ended.
    if (awaited.waiters === 1 && awaited.cancel(this.#reason)) {
      this.#isSecond ||= this.#passedTo !== null && this.#passedTo !== awaited;
      this.#passedTo = awaited;
      return;
    }
    if (this.#waiter !== null) awaited.removeDoneCallback(this.#waiter);
    this.#awaited = null;
    this.#throwCancelled();
  }

  /** @param failure What the work that was waited for ended with, if it has. */
  #throwCancelled(failure?: unknown): void {
    this.#cancellation = CANCELLED;
    const cause = failure ?? this.#reason;
    if (cause instanceof CancelledError) {
      this.#goOn(true, cause);
      return;
    }
    this.#goOn(true, new CancelledError(undefined, cause === undefined ? {} : { cause }));
    if (failure !== undefined && !isAbort(failure)) {
      appLog.error('Exception after Future was cancelled', failure);
    }
  }

  static {
    registerTaskKind<Runner<unknown>>(Runner, (runner) =>
      runner.future.done()
        ? null
        : {
            generator: runner.#generator,
            future: runner.future,
            awaited: runner.#awaited,
            waitMark: runner.#waitMark,
          },
    );
    advance = (runner, isError, sent) => {
      runner.#advance(null, isError, sent, openContexts.current);
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

/** Gives the future of a generator the end that `error` means. */
function fail<R>(future: Future<R>, error: unknown): void {
  if (error instanceof Return) future.setResult(error.value as R);
  else if (error instanceof CancelledError) future.setCancelled(error);
  else future.setException(error);
}

/** What the APIs that take an AbortSignal fail with when it aborts. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
