// Waiting for several, one after the other as they end. Owns: their order. Must not know: how one is waited for.
import { Future, chainFuture, futureAddDoneCallback } from '@typhoon/concurrent';
import { GenError } from './gen-error.ts';
import { convertYielded } from './multi.ts';
import type { Yielded } from './multi.ts';

type Children = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What the results of a WaitIterator are. */
export type WaitResult<C extends Children> = C extends readonly (infer E)[]
  ? Yielded<E>
  : Yielded<C[keyof C]>;

/** What `currentIndex` can be: places in a list, keys of a record. */
export type WaitIndex<C extends Children> = C extends readonly unknown[]
  ? number
  : keyof C & string;

/**
 * Gives the results of a list or a record of futures (or whatever else can be yielded) as they come: what has ended
 * already in the order given, the rest in the order in which it ends (GEN-24).
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { sleep, WaitIterator } from '@typhoon/gen'
 *
 * const results = new WaitIterator({ slow: sleep(20), quick: sleep(5) })
 * await results.next()
 * assert.equal(results.currentIndex, 'quick')
 * for await (const result of results) assert.equal(results.currentIndex, 'slow')
 * ```
 */
export class WaitIterator<const C extends Children> implements AsyncIterable<WaitResult<C>> {
  /** Whose result came last: its place or its key; null when there is none left (GEN-25). */
  currentIndex: WaitIndex<C> | null = null;
  /** The future whose result came last. */
  currentFuture: Future<unknown> | null = null;
  /** Those whose result was not handed out yet. */
  readonly #left = new Map<Future<unknown>, WaitIndex<C>>();
  readonly #ended: Future<unknown>[] = [];
  #next: Future<WaitResult<C>> | null = null;

  /** @throws BadYieldError `ERR_BAD_YIELD` for a child that cannot be waited for; GenError `ERR_WAIT_ARGUMENTS` (GEN-23). */
  constructor(children: C, ...further: readonly never[]) {
    if (further.length > 0) {
      const message = 'a WaitIterator takes one list or one record, not both';
      throw new GenError('ERR_WAIT_ARGUMENTS', message);
    }
    const isList = Array.isArray(children);
    for (const [key, child] of Object.entries(children)) {
      this.#left.set(convertYielded(child), (isList ? Number(key) : key) as WaitIndex<C>);
    }
    for (const future of this.#left.keys()) futureAddDoneCallback(future, this.#onEnd);
  }

  /** Whether all results have been handed out. */
  done(): boolean {
    if (this.#left.size > 0) return false;
    this.currentIndex = null;
    this.currentFuture = null;
    return true;
  }

  /**
   * A future of the next result; of its error, if that is how it ended. Cancelling it gives up the turn, not the result.
   * Asked again before the result is there, it is the same future.
   */
  next(): Future<WaitResult<C>> {
    if (this.#next?.running() === true) return this.#next;
    const next = new Future<WaitResult<C>>();
    this.#next = next;
    const ended = this.#ended.shift();
    if (ended !== undefined) this.#handOut(ended, next);
    return next;
  }

  /** For `for await`: ends when `done()`. After an error a further loop goes on with the rest (GEN-26, 27). */
  [Symbol.asyncIterator](): AsyncIterator<WaitResult<C>, undefined> {
    return {
      next: async () => {
        if (this.done()) return { done: true, value: undefined };
        return { done: false, value: await this.next() };
      },
    };
  }

  readonly #onEnd = (future: Future<unknown>): void => {
    if (this.#next?.running() === true) this.#handOut(future, this.#next);
    else this.#ended.push(future);
  };

  #handOut(ended: Future<unknown>, next: Future<WaitResult<C>>): void {
    this.currentFuture = ended;
    this.currentIndex = this.#left.get(ended) ?? null;
    this.#left.delete(ended);
    chainFuture(ended as Future<WaitResult<C>>, next);
  }
}
