// Structured concurrency: work that does not outlive the block that started it. Owns: who is still at work, what ends the
// others. Must not know: what the work is.
import { Future, abortable, chainFuture } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { GenError } from './gen-error.ts';
import { isGenerator } from './coroutine.ts';
import { Runner } from './runner.ts';
import type { FutureOptions } from '@typhoon/concurrent';

/** Work that a scope can run: a generator function, a coroutine, an async function. */
export type ScopeWork<A extends unknown[], T> = (
  ...args: A
) => Generator<unknown, T, unknown> | PromiseLike<T>;

/** What the body of a `scope` is given. */
export interface Scope {
  /**
   * Calls `work(...args)` at once; what it does belongs to the scope. Its failure cancels the others, its own cancellation
   * does not. When the scope is being left already by an error or a cancellation, nothing is called, and the future is a
   * cancelled one.
   * @throws GenError `ERR_SCOPE_CLOSED` when the scope has ended.
   */
  start<A extends unknown[], T>(work: ScopeWork<A, T>, ...args: A): Future<T>;
  /** Cancels the children there are; the body goes on. For those that only served it. */
  cancelChildren(reason?: unknown): void;
  /** Aborts when the scope is left by an error or a cancellation; for async functions, which cannot be cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Runs `body`, and whatever that starts with `scope.start`, to the end: its future settles when the body and every child
 * have ended, `finally` blocks included, whichever way the scope is left. It has the body's result; or else the first error
 * of the body or a child, which cancels all the others; further errors are logged. Cancelling it cancels all of them.
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { coroutine, scope, sleep } from '@typhoon/gen'
 *
 * const fetchPart = coroutine(function* (n: number) {
 *   yield* sleep(n)
 *   return n
 * })
 * const sum = scope(function* (parts) {
 *   const [left, right] = [parts.start(fetchPart, 5), parts.start(fetchPart, 10)]
 *   return (yield* left) + (yield* right)
 * })
 * assert.equal(await sum, 15)
 * ```
 */
export function scope<R>(body: ScopeWork<[scope: Scope], R>): Future<R> {
  return new ScopeRun(body).future;
}

/** `open`: the body or children are at work. `leaving`: they have been cancelled, and end. */
type Stage = 'open' | 'leaving' | 'closed';

class ScopeRun<R> implements Scope, FutureOptions {
  readonly future: Future<R>;
  readonly #body: Future<R>;
  /** The body among them. */
  readonly #atWork = new Set<Future<unknown>>();
  /** Made when somebody asks for the signal. */
  #controller: AbortController | null = null;
  #failure: { readonly error: unknown } | null = null;
  #stage: Stage = 'open';
  /** Why it is left, unless by its end. */
  #leftBy: { readonly reason: unknown } | null = null;

  constructor(body: ScopeWork<[scope: Scope], R>) {
    this.future = new Future<R>(this);
    this.#body = this.start(body, this);
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#leftBy !== null) this.#controller.abort(this.#leftBy.reason);
    }
    return this.#controller.signal;
  }

  start<A extends unknown[], T>(work: ScopeWork<A, T>, ...args: A): Future<T> {
    if (this.#stage === 'closed') {
      throw new GenError('ERR_SCOPE_CLOSED', 'the scope has ended; nothing can be started in it');
    }
    if (this.#stage === 'leaving') {
      const never = new Future<T>();
      never.cancel();
      return never;
    }
    const future = begin(work, args);
    this.#atWork.add(future);
    future.addDoneCallback(this.#onEnd);
    return future;
  }

  cancelChildren(reason?: unknown): void {
    for (const future of this.#atWork) if (future !== this.#body) future.cancel(reason);
  }

  /** For the future. */
  onCancel(reason: unknown): boolean {
    this.#leave(reason);
    return true;
  }

  readonly #onEnd = (future: Future<unknown>): void => {
    if (!this.#atWork.delete(future)) return; // the same future can be started twice
    const error = future.cancelled() ? null : future.exception();
    if (error !== null) this.#fail(error);
    else if (future === this.#body && future.cancelled()) this.#leave(undefined);
    if (this.#atWork.size === 0) this.#close();
  };

  #fail(error: unknown): void {
    if (this.#failure === null) {
      this.#failure = { error };
      // Behind those who wait for it: they get the error itself.
      IOLoop.current().schedule((cause) => {
        this.#leave(cause);
      }, error);
    } else if (this.#failure.error !== error) {
      appLog.error('Multiple exceptions in scope', error);
    }
  }

  #leave(reason: unknown): void {
    if (this.#stage !== 'open') return;
    this.#stage = 'leaving';
    this.#leftBy = { reason };
    this.#controller?.abort(reason);
    for (const future of this.#atWork) future.cancel(reason);
  }

  #close(): void {
    if (this.#failure !== null) this.#leave(this.#failure.error);
    this.#stage = 'closed';
    if (this.#failure !== null) this.future.setException(this.#failure.error);
    else chainFuture(this.#body, this.future);
  }
}

function begin<A extends unknown[], T>(work: ScopeWork<A, T>, args: A): Future<T> {
  try {
    const made = work(...args);
    if (made instanceof Future) return made;
    return isGenerator(made) ? new Runner(made).future : abortable(() => made);
  } catch (error) {
    return Future.rejected(error);
  }
}
