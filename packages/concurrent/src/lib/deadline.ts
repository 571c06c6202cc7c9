// The deadline of the work under way, which what it starts may keep to: a client's request, a task of a thread pool. Owns:
// which one it is. Must not know: what is done when it passes.
//
// It goes where AsyncLocalStorage goes: through promises, timers and coroutines. Who never sets one pays a comparison, for
// Node.js's hooks for asynchronous contexts are not turned on before.
import { AsyncLocalStorage } from 'node:async_hooks';
import { IOLoop } from '@typhoon/ioloop';
import type { Timeout } from '@typhoon/ioloop';

/** Something with a deadline that may still move: a request being served. */
export interface Deadlined {
  /** When it is over, on `IOLoop.time()`; `Infinity` for never. */
  readonly deadlineMs: number;
}

let storage: AsyncLocalStorage<Deadlined | null> | null = null;

/**
 * Calls `work`, and answers with what it returns. What it starts, now or later, has this deadline; inside of another one the
 * nearer counts. It is a number to be asked for (`currentDeadlineMs`): nothing is cancelled by it, `withTimeout` does that.
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { currentDeadlineMs, withDeadline } from '@typhoon/concurrent'
 * import { IOLoop } from '@typhoon/ioloop'
 *
 * const left = withDeadline(500, () => currentDeadlineMs() - IOLoop.current().time())
 * assert(left > 400 && left <= 500)
 * assert.equal(currentDeadlineMs(), Infinity)
 * ```
 *
 * @param deadline Milliseconds from now, an instant `{ at }`, or what has a deadline that may move; null: there is none,
 * whatever is around it.
 * @throws LoopError `ERR_BAD_DEADLINE`
 */
export function withDeadline<R>(deadline: Timeout | Deadlined | null, work: () => R): R {
  storage ??= new AsyncLocalStorage();
  return storage.run(innerOf(deadline, storage.getStore() ?? null), work);
}

/** When the work under way must be over, on `IOLoop.time()`; `Infinity` for never. */
export function currentDeadlineMs(): number {
  return storage?.getStore()?.deadlineMs ?? Infinity;
}

function innerOf(deadline: Timeout | Deadlined | null, outer: Deadlined | null): Deadlined | null {
  if (deadline === null) return null;
  const inner =
    typeof deadline === 'object' && 'deadlineMs' in deadline
      ? deadline
      : { deadlineMs: IOLoop.current().deadline(deadline) };
  return outer === null ? inner : new NearerDeadline(inner, outer);
}

class NearerDeadline implements Deadlined {
  readonly #inner: Deadlined;
  readonly #outer: Deadlined;

  constructor(inner: Deadlined, outer: Deadlined) {
    this.#inner = inner;
    this.#outer = outer;
  }

  get deadlineMs(): number {
    return Math.min(this.#inner.deadlineMs, this.#outer.deadlineMs);
  }
}
