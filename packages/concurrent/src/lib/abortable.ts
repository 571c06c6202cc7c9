// AbortSignals going out: work of others that takes one, as a future that can be cancelled.
import { CancelledError } from './future-error.ts';
import { Future } from './future.ts';

/**
 * A future of what `start(signal)` promises; cancelling it aborts the signal, and it ends when the promise has.
 *
 * ```ts no-run
 * const response = yield* abortable((signal) => fetch(url, { signal }))
 * ```
 */
export function abortable<T>(start: (signal: AbortSignal) => PromiseLike<T>): Future<T> {
  const future = new Future<T>({ onCancel: () => true });
  const { signal } = future;
  try {
    start(signal).then(
      (value) => {
        future.setResult(value);
      },
      (error: unknown) => {
        if (signal.aborted && isAbort(error, signal))
          future.setCancelled(asCancellation(error, signal));
        else future.setException(error);
      },
    );
  } catch (error) {
    future.setException(error);
  }
  return future;
}

/** APIs reject with the signal's reason, or with an error of their own that has this name. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function asCancellation(error: unknown, { reason }: AbortSignal): CancelledError {
  return reason instanceof CancelledError
    ? reason
    : new CancelledError(undefined, { cause: error });
}
