// One piece of work that `runSync` waits for. Owns: its outcome, and what a timeout does to it.
// Must not know: how the loop is started and stopped.
import { LoopError } from './loop-error.ts';
import { isCancellation, isThenable } from './thenable.ts';
import type { TimeoutHandle } from './timeout.ts';

/** All that the work asks of the loop. */
interface WorkHost {
  callLater(delayMs: number, callback: () => void): TimeoutHandle;
  removeTimeout(handle: TimeoutHandle): void;
}

/** Calls a function once, and has its outcome. */
export class SyncWork<T> {
  /** What the function's result came to. */
  readonly outcome: Promise<T | undefined>;
  readonly #loop: WorkHost;
  readonly #fn: () => PromiseLike<T> | null | undefined;
  readonly #timeoutMs: number | undefined;
  #resolve: (value: T | undefined) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #timeout: TimeoutHandle | null = null;

  constructor(
    loop: WorkHost,
    fn: () => PromiseLike<T> | null | undefined,
    timeoutMs: number | undefined,
  ) {
    this.#loop = loop;
    this.#fn = fn;
    this.#timeoutMs = timeoutMs;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Calls the function; to be called on the loop. */
  readonly start = (): void => {
    try {
      const work = this.#fn();
      if (work === null || work === undefined) this.#resolve(undefined);
      else if (isThenable(work)) this.#waitFor(work);
      else throw badYield(work);
    } catch (error) {
      this.#reject(error);
    }
  };

  /** The loop was stopped: what is not there yet does not come. */
  abandon(): void {
    this.#clearTimeout();
    const message = 'Event loop stopped before the result was there';
    this.#reject(new LoopError('ERR_LOOP_STOPPED', message));
  }

  #waitFor(work: PromiseLike<T>): void {
    let timeoutError: LoopError | null = null;
    const timeoutMs = this.#timeoutMs;
    if (timeoutMs !== undefined) {
      this.#timeout = this.#loop.callLater(timeoutMs, () => {
        timeoutError = new LoopError(
          'ERR_LOOP_TIMEOUT',
          `Operation timed out after ${timeoutMs} ms`,
        );
        if (!cancel(work)) this.#reject(timeoutError);
      });
    }
    work.then(
      (value) => {
        this.#clearTimeout();
        this.#resolve(value);
      },
      (error: unknown) => {
        this.#clearTimeout();
        this.#reject(isCancellation(error) ? (timeoutError ?? error) : error);
      },
    );
  }

  #clearTimeout(): void {
    if (this.#timeout !== null) this.#loop.removeTimeout(this.#timeout);
    this.#timeout = null;
  }
}

function badYield(work: never): LoopError {
  return new LoopError('ERR_BAD_YIELD', `runSync cannot wait for ${typeof work}`);
}

/** A future can be cancelled; a promise cannot. */
function cancel(work: object): boolean {
  return isCancellable(work) && work.cancel() === true;
}

function isCancellable(work: object): work is { cancel(): unknown } {
  return 'cancel' in work && typeof work.cancel === 'function';
}
