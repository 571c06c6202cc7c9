// Waiting no longer than so long.
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Future } from './future.ts';
import { TimeoutError } from './future-error.ts';
import type { Timeout } from '@typhoon/ioloop';

/** How `withTimeout` behaves when the time is over. */
export interface WithTimeoutOptions {
  /** Cancel what was waited for. Default false: it goes on unobserved (GEN-19). */
  readonly cancel?: boolean;
  /** Error classes that are not worth a log line when they come after the timeout (GEN-20). Default none. */
  readonly quietExceptions?: readonly (abstract new (...args: never[]) => Error)[];
}

/**
 * A future with the end of `work`, or failing with TimeoutError `ERR_TIMEOUT` if that takes longer than `timeout`
 * (milliseconds, or an instant `{ at }`). Settled work wins even when the deadline is past (GEN-21). Cancelling the
 * answer cancels `work` where that can be done, unless others wait for it, too.
 */
export function withTimeout<T>(
  timeout: Timeout,
  work: PromiseLike<T>,
  options: WithTimeoutOptions = {},
): Future<T> {
  const loop = IOLoop.current();
  const inner = Future.from(work);
  if (inner.done()) return inner;
  let isTimedOut = false;
  const outer = new Future<T>({
    onCancel: () => {
      loop.removeTimeout(timer);
      if (inner.waiters > 1) {
        inner.removeDoneCallback(onDone); // others wait for it, too: it goes on
        return false;
      }
      return inner.cancel() && !inner.done(); // what takes its time to end is waited for
    },
  });
  const timer = loop.addTimeout(timeout, () => {
    if (outer.done()) return;
    isTimedOut = true;
    const allowed = typeof timeout === 'number' ? `after ${timeout} ms` : 'at the given instant';
    outer.setException(new TimeoutError(`Timeout ${allowed}`));
    if (options.cancel === true) inner.cancel();
  });
  const onDone = (done: Future<T>): void => {
    loop.removeTimeout(timer);
    if (isTimedOut) logLate(done, options);
    else pass(done, outer);
  };
  inner.addDoneCallback(onDone);
  return outer;
}

function pass<T>(done: Future<T>, outer: Future<T>): void {
  if (outer.done()) return;
  if (done.cancelled()) {
    outer.setCancelled();
    return;
  }
  const error = done.exception();
  if (error === null) outer.setResult(done.result());
  else outer.setException(error);
}

function logLate(done: Future<unknown>, options: WithTimeoutOptions): void {
  if (done.cancelled()) return;
  const error = done.exception();
  if (error === null) return;
  if (options.quietExceptions?.some((quiet) => error instanceof quiet) === true) return;
  appLog.error('Exception in Future after timeout', error);
}
