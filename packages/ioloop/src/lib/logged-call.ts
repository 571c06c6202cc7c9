// Calling what the user gave us. Owns: that nothing it throws, now or later, goes unlogged.
// Must not know: when it is called.
import { isCancellation, isThenable } from './thenable.ts';

/** Who logs what a callback threw. */
interface ExceptionHost {
  handleCallbackException(callback: unknown, error: unknown): void;
}

/** Calls, logs what it throws, and logs the failure of a promise or future that it returns (IOL-13). */
export function callLogged<A extends unknown[]>(
  host: ExceptionHost,
  callback: (...args: A) => unknown,
  args: A,
): void {
  try {
    const result = callback(...args);
    if (isThenable(result)) {
      result.then(undefined, (error: unknown) => {
        if (!isCancellation(error)) host.handleCallbackException(callback, error);
      });
    }
  } catch (error) {
    host.handleCallbackException(callback, error);
  }
}
