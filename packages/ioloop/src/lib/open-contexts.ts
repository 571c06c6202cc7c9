// The seam of Tornado 4.5's stack contexts. Owns: the one variable that tells whether any is open.
// Must not know: what they are (legacy/). Who keeps a callback for later pays one comparison here.

/** The stack contexts that are open now, as far as those are concerned who keep callbacks. */
export interface OpenContexts {
  /** `callback`, made to run in these contexts whenever it is called (STK-3). */
  carry<A extends unknown[]>(callback: (...args: A) => unknown): (...args: A) => unknown;
  /** What is thrown into a coroutine that waits in a context which it opened itself (STK-10). */
  inconsistency(): Error;
}

/** `current` is null unless code of `@typhoon/ioloop/legacy` has opened a context. */
export const openContexts: { current: OpenContexts | null } = { current: null };

/** `callback`, carried into the contexts that are open now; itself when there are none. For who keeps a callback for later. */
export function carryContexts<A extends unknown[]>(
  callback: (...args: A) => unknown,
): (...args: A) => unknown {
  return openContexts.current === null ? callback : openContexts.current.carry(callback);
}

/**
 * For runners of coroutines: what is thrown into one that waits in other contexts than `contexts`, which it was resumed in
 * (STK-10). It closes them on its way out; if it did not when it was `told` so before, they are closed here.
 */
export function contextsLeftOpen(contexts: OpenContexts | null, told: unknown): Error {
  const open = openContexts.current ?? contexts;
  const error = open === null ? new Error('no context is open') : open.inconsistency();
  if (told instanceof error.constructor) openContexts.current = contexts;
  return error;
}
