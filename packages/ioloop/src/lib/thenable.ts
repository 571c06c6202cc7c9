// What the loop has to know of promises and futures: whether something is one, and how a cancelled one ends.
// Must not know: the classes themselves; those of futures live above the loop.

/** Whether `value` can be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/** Whether work ended because somebody cancelled it, which is no failure. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'CancelledError';
}
