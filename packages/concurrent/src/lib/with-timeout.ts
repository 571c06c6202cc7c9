// Waiting no longer than so long.
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Follower } from './follower.ts';
import { Future } from './future.ts';
import { TimeoutError } from './future-error.ts';
import type { Timeout, TimeoutHandle } from '@typhoon/ioloop';

/** How `withTimeout` behaves when the time is over. */
export interface WithTimeoutOptions {
  /**
   * Cancel what was waited for, whoever else waits; TimeoutError comes when it has ended, `finally` blocks included. If
   * it ends with a result or an error of its own all the same, that is the answer. Default false: the work goes on
   * unobserved (GEN-19).
   */
  readonly cancel?: boolean;
  /** Error classes that are not worth a log line when they come after the timeout (GEN-20). Default none. */
  readonly quietExceptions?: readonly (abstract new (...args: never[]) => Error)[];
}

/**
 * A future with the end of `work`, or failing with TimeoutError `ERR_TIMEOUT` if that takes longer than `timeout`
 * (milliseconds, or an instant `{ at }`). Settled work wins even when the deadline is past (GEN-21). Cancelling the
 * answer cancels `work` where that can be done, unless others wait for it, too.
 * @throws LoopError `ERR_BAD_DEADLINE`.
 */
export function withTimeout<T>(
  timeout: Timeout,
  work: PromiseLike<T>,
  options: WithTimeoutOptions = {},
): Future<T> {
  const inner = Future.from(work);
  if (inner.done()) return inner;
  const loop = IOLoop.current();
  const deadlineMs = loop.deadline(timeout);
  const allowed = typeof timeout === 'number' ? `after ${timeout} ms` : 'at the given instant';
  return new TimeLimit(inner, loop, deadlineMs, allowed, options).future;
}

class TimeLimit<T> extends Follower<T> {
  readonly #loop: IOLoop;
  readonly #timer: TimeoutHandle;
  readonly #allowed: string;
  readonly #options: WithTimeoutOptions;
  #isOver = false;

  constructor(
    work: Future<T>,
    loop: IOLoop,
    deadlineMs: number,
    allowed: string,
    options: WithTimeoutOptions,
  ) {
    super(work);
    this.#loop = loop;
    this.#allowed = allowed;
    this.#options = options;
    this.#timer = loop.callAt(deadlineMs, () => {
      this.#expire();
    });
  }

  override onCancel(reason: unknown): boolean {
    this.release();
    return super.onCancel(reason);
  }

  protected override release(): void {
    this.#loop.removeTimeout(this.#timer);
  }

  protected override ended(): void {
    if (!this.#isOver) super.ended();
    else if (this.#options.cancel !== true) logLate(this.work, this.#options);
    else if (this.work.cancelled()) this.#fail();
    else super.ended();
  }

  #expire(): void {
    if (this.work.done()) return; // its end is on its way
    this.#isOver = true;
    if (this.#options.cancel === true) this.work.cancel();
    else this.#fail();
  }

  #fail(): void {
    if (!this.future.done()) this.future.setException(new TimeoutError(`Timeout ${this.#allowed}`));
  }
}

function logLate(done: Future<unknown>, options: WithTimeoutOptions): void {
  if (done.cancelled()) return;
  const error = done.exception();
  if (error === null) return;
  if (options.quietExceptions?.some((quiet) => error instanceof quiet) === true) return;
  appLog.error('Exception in Future after timeout', error);
}
