// What the loop has to know of promises and futures: whether something is one, and how a cancelled one ends.
// Must not know: the classes themselves; those of futures live above the loop.

/** Whether `value` can be waited for: a promise, a future, or anything else with a `then`. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  if (typeof value !== 'object' && typeof value !== 'function') return false;
  return value !== null && 'then' in value && typeof value.then === 'function';
}

/** Whether work ended because somebody cancelled it, which is no failure. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'CancelledError';
}
