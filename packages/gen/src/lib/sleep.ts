// Waiting for time to pass.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';

/** A future that is settled after `delayMs` milliseconds; cancelling it clears the timer (GEN-22). */
export function sleep(delayMs: number): Future<void> {
  const loop = IOLoop.current();
  const future = new Future<void>({
    what: 'sleep',
    onCancel: () => {
      loop.removeTimeout(timeout);
      return false;
    },
  });
  const timeout = loop.callLater(delayMs, () => {
    if (!future.done()) future.setResult();
  });
  return future;
}
