// One future's end becomes another's.
import { appLog } from '@typhoon/log';
import { Future, passEnd } from './future.ts';

/** Gives `target` the end of `source`, unless it is settled by then; at once when `source` has ended; `target`'s end never affects `source` (CON-8). */
export function chainFuture<T>(source: PromiseLike<T>, target: Future<T>): void {
  futureAddDoneCallback(Future.from(source), (done) => {
    passEnd(done, target);
  });
}

/** `future.setResult(value)`, unless it is cancelled. Errors as for `setResult` when it is settled otherwise. */
export function futureSetResultUnlessCancelled<T>(future: Future<T>, value: T): void {
  if (!future.cancelled()) future.setResult(value);
}

/** `future.setException(error)`; when it is cancelled, the error is logged instead of lost (CON-7). */
export function futureSetExceptionUnlessCancelled(future: Future<unknown>, error: unknown): void {
  if (!future.cancelled()) {
    future.setException(error);
    return;
  }
  appLog.error('Exception after Future was cancelled', error);
}

/** Calls `callback(future)` when it is settled: at once if it is already, else through the ready queue (CON-2). */
export function futureAddDoneCallback<T>(
  future: Future<T>,
  callback: (future: Future<T>) => void,
): void {
  if (future.done()) callback(future);
  else future.addDoneCallback(callback);
}
