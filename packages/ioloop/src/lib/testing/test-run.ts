// One run of a test. Owns: its outcome, its timeout, `stop` and `wait`, and what errors of callbacks do to it.
// Must not know: loops.
import { appLog } from '@typhoon/log';
import { LoopError } from '../loop-error.ts';
import { isCancellation, isThenable } from '../thenable.ts';
import type { Clock } from '../clock.ts';

/** How to wait for `stop`. */
export interface TestWaitOptions {
  /** Wait on until this is true; it is asked after each `stop`. Default: the first `stop` will do. */
  readonly condition?: () => boolean;
  /** Give up after so many milliseconds. Default: the environment's `ASYNC_TEST_TIMEOUT`, else 5000. */
  readonly timeoutMs?: number;
}

/** For tests in the callback style (TST-3). */
export interface TestControl {
  /** Ends a `wait`, this one or the next, with a value. */
  stop(value?: unknown): void;
  /**
   * Waits for `stop`; resolves with its value. Rejects with what a callback of the loop has thrown (TST-4), or with
   * LoopError `ERR_LOOP_TIMEOUT`.
   */
  wait(options?: TestWaitOptions): Promise<unknown>;
}

const DEFAULT_TIMEOUT_MS = 5000;

/** Milliseconds that a test may take unless it says otherwise: the environment's `ASYNC_TEST_TIMEOUT`, else 5000 (TST-2). */
export function getAsyncTestTimeout(): number {
  const ms = Number(process.env['ASYNC_TEST_TIMEOUT']);
  return ms > 0 ? ms : DEFAULT_TIMEOUT_MS;
}

/** One test as it runs. */
export class TestRun implements TestControl {
  readonly #clock: Clock;
  #stopped: { readonly value: unknown } | null = null;
  #wake: (() => void) | null = null;
  #escaped: { readonly error: unknown } | null = null;
  #hasEscaped = false;

  /** @param clock What timeouts are measured by. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  stop(value?: unknown): void {
    this.#stopped = { value };
    this.#wake?.();
  }

  async wait({
    condition,
    timeoutMs = getAsyncTestTimeout(),
  }: TestWaitOptions = {}): Promise<unknown> {
    const limit = { isOver: false };
    const timer = this.#clock.setTimer(timeoutMs, () => {
      limit.isOver = true;
      this.#wake?.();
    });
    try {
      for (;;) {
        this.throwEscaped();
        const stopped = this.#stopped;
        this.#stopped = null;
        if (stopped !== null && (condition === undefined || condition())) return stopped.value;
        if (limit.isOver) throw tooLate(timeoutMs);
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#wake = null;
      this.#clock.clearTimer(timer);
    }
  }

  /** A callback of the loop threw: the first error fails the test, further ones are logged (TST-4). */
  escape(error: unknown): void {
    if (this.#hasEscaped) {
      appLog.error('multiple unhandled exceptions in test', error);
      return;
    }
    this.#hasEscaped = true;
    this.#escaped = { error };
    this.#wake?.();
  }

  /** @throws what has escaped and was not thrown yet. */
  throwEscaped(): void {
    const escaped = this.#escaped;
    this.#escaped = null;
    if (escaped !== null) throw escaped.error;
  }

  /**
   * What a test returned, with a limit: what still runs then is cancelled, and waited for (TST-6).
   *
   * @param onTimeout Called before anything is cancelled; gives the error to fail with.
   */
  async follow(
    work: unknown,
    timeoutMs: number,
    onTimeout: (cause: unknown) => Error,
  ): Promise<void> {
    if (work === undefined || work === null) return;
    if (!isThenable(work)) throw notWaitable(work);
    const late: { failure: Error | null } = { failure: null };
    let fail: (error: Error) => void = () => undefined;
    const failure = new Promise<never>((_resolve, reject) => (fail = reject));
    const timer = this.#clock.setTimer(timeoutMs, () => {
      late.failure = onTimeout(tooLate(timeoutMs));
      if (!cancel(work)) fail(late.failure);
    });
    try {
      await Promise.race([work, failure]);
    } catch (error) {
      throw isCancellation(error) ? (late.failure ?? error) : error;
    } finally {
      this.#clock.clearTimer(timer);
    }
  }
}

function tooLate(timeoutMs: number): LoopError {
  return new LoopError('ERR_LOOP_TIMEOUT', `Async operation timed out after ${timeoutMs} ms`);
}

/** TST-5. */
function notWaitable(work: unknown): LoopError {
  const isGenerator =
    typeof work === 'object' && work !== null && Symbol.iterator in work && 'next' in work;
  const message = isGenerator
    ? 'Generator tests should be wrapped with coroutine() of @typhoon/gen'
    : `Return value from test ignored: ${String(work)}`;
  return new LoopError('ERR_BAD_YIELD', message);
}

/** A future can be cancelled; a promise cannot. */
function cancel(work: object): boolean {
  return isCancellable(work) && work.cancel() === true;
}

function isCancellable(work: object): work is { cancel(): unknown } {
  return 'cancel' in work && typeof work.cancel === 'function';
}
