// A callback at regular intervals. Owns: which instant comes next. Must not know: anything but the loop's timers.
import { IOLoop } from './ioloop.ts';
import { LoopError } from './loop-error.ts';
import { isCancellation, isThenable } from './thenable.ts';
import type { TimeoutHandle } from './timeout.ts';

/** How a periodic callback departs from its plain interval. */
export interface PeriodicCallbackOptions {
  /** Each interval is multiplied by a random factor in [1 - jitter/2, 1 + jitter/2]. Default 0 (IOL-34). */
  readonly jitter?: number;
}

/** From one `start` to its `stop`; runs of an earlier one do not touch a later one. */
interface Schedule {
  readonly loop: IOLoop;
  nextMs: number;
  timeout: TimeoutHandle | null;
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
  #schedule: Schedule | null = null;

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
    if (this.#schedule !== null) return;
    const loop = IOLoop.current();
    this.#schedule = { loop, nextMs: loop.time(), timeout: null };
    this.#scheduleNext(this.#schedule);
  }

  /** Stops; a run in progress goes on to its end. */
  stop(): void {
    const schedule = this.#schedule;
    this.#schedule = null;
    if (schedule !== null && schedule.timeout !== null) {
      schedule.loop.removeTimeout(schedule.timeout);
    }
  }

  /** Whether it is started; a run in progress does not matter (IOL-45). */
  isRunning(): boolean {
    return this.#schedule !== null;
  }

  #scheduleNext(schedule: Schedule): void {
    const { loop } = schedule;
    schedule.nextMs = nextSlot(schedule.nextMs, loop.time(), this.#interval());
    schedule.timeout = loop.callAt(schedule.nextMs, () => {
      this.#run(schedule);
    });
  }

  #interval(): number {
    if (this.#jitter === 0) return this.#intervalMs;
    return this.#intervalMs * (1 + this.#jitter * (Math.random() - 0.5));
  }

  #run(schedule: Schedule): void {
    const { loop } = schedule;
    const again = (): void => {
      if (this.#schedule === schedule) this.#scheduleNext(schedule);
    };
    const fail = (error: unknown): void => {
      if (!isCancellation(error)) loop.handleCallbackException(this.#callback, error);
      again();
    };
    let result: unknown;
    try {
      result = this.#callback();
    } catch (error) {
      fail(error);
      return;
    }
    if (isThenable(result)) result.then(again, fail);
    else again();
  }
}

/** The first multiple of the interval behind `nextMs` that lies in the future; the clock may have gone backwards (IOL-33). */
function nextSlot(nextMs: number, nowMs: number, intervalMs: number): number {
  if (nextMs > nowMs) return nextMs + intervalMs;
  return nextMs + (Math.floor((nowMs - nextMs) / intervalMs) + 1) * intervalMs;
}
