// A callback at regular intervals. Owns: which instant comes next. Must not know: anything but the loop's timers.
import { IOLoop } from './ioloop.ts';
import { LoopError } from './loop-error.ts';
import type { TimeoutHandle } from './timeout.ts';

/** How a periodic callback departs from its plain interval. */
export interface PeriodicCallbackOptions {
  /** Each interval is multiplied by a random factor in [1 - jitter/2, 1 + jitter/2]. Default 0 (IOL-34). */
  readonly jitter?: number;
}

/**
 * Calls `callback` every `intervalMs` milliseconds, first one interval after `start`, on multiples of the interval from
 * then on. A slot that is missed is skipped, never made up for (IOL-32); what the callback returns is waited for, so that
 * runs never overlap (IOL-35); its errors are logged and the schedule goes on.
 *
 * @throws LoopError `ERR_BAD_INTERVAL` when the interval is not positive (IOL-31).
 */
export class PeriodicCallback {
  readonly #callback: () => unknown;
  readonly #intervalMs: number;
  readonly #jitter: number;
  #loop: IOLoop | null = null;
  #timeout: TimeoutHandle | null = null;
  #nextMs = 0;

  constructor(callback: () => unknown, intervalMs: number, options: PeriodicCallbackOptions = {}) {
    if (!(intervalMs > 0)) {
      const message = `Periodic callback must have a positive interval, got ${intervalMs} ms`;
      throw new LoopError('ERR_BAD_INTERVAL', message);
    }
    this.#callback = callback;
    this.#intervalMs = intervalMs;
    this.#jitter = options.jitter ?? 0;
  }

  /** Starts, on the loop that is current now (IOL-36). Again after `stop`: from now on (IOL-45). */
  start(): void {
    if (this.#loop !== null) return;
    this.#loop = IOLoop.current();
    this.#nextMs = this.#loop.time();
    this.#scheduleNext(this.#loop);
  }

  /** Stops; a run in progress goes on to its end. */
  stop(): void {
    if (this.#timeout !== null) this.#loop?.removeTimeout(this.#timeout);
    this.#timeout = null;
    this.#loop = null;
  }

  /** Whether it is started; a run in progress does not matter (IOL-45). */
  isRunning(): boolean {
    return this.#loop !== null;
  }

  #scheduleNext(loop: IOLoop): void {
    this.#nextMs = nextSlot(this.#nextMs, loop.time(), this.#interval());
    this.#timeout = loop.callAt(this.#nextMs, () => {
      this.#timeout = null;
      return this.#run(loop);
    });
  }

  #interval(): number {
    if (this.#jitter === 0) return this.#intervalMs;
    return this.#intervalMs * (1 + this.#jitter * (Math.random() - 0.5));
  }

  /** Answers the callback's own promise or future, so that the loop logs its failure. */
  #run(loop: IOLoop): unknown {
    let result: unknown;
    try {
      result = this.#callback();
    } catch (error) {
      loop.handleCallbackException(this.#callback, error);
    }
    const again = (): void => {
      if (this.#loop === loop && this.#timeout === null) this.#scheduleNext(loop);
    };
    if (typeof result === 'object' && result !== null && 'then' in result) {
      const work = result as PromiseLike<unknown>;
      work.then(again, again);
    } else {
      again();
    }
    return result;
  }
}

/** The first multiple of the interval behind `nextMs` that lies in the future; the clock may have gone backwards (IOL-33). */
function nextSlot(nextMs: number, nowMs: number, intervalMs: number): number {
  if (nextMs > nowMs) return nextMs + intervalMs;
  return nextMs + (Math.floor((nowMs - nextMs) / intervalMs) + 1) * intervalMs;
}
