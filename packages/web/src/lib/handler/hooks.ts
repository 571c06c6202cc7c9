// Methods that a subclass may have made asynchronous although nobody waits for them.
import { isThenable } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';

/** Logs the failure of what a hook returned: unwatched it would end the process. */
export function watchHook(result: unknown): void {
  if (!isThenable(result)) return;
  result.then(undefined, (reason: unknown) => {
    appLog.error('Uncaught exception in a hook of a request handler', reason);
  });
}
