// The timers of one loop. Owns: which are set. Must not know: what they call.
import { repr } from '@typhoon/log';
import { LoopError } from './loop-error.ts';
import type { Clock, ClockTimer } from './clock.ts';
import type { TimeoutHandle } from './timeout.ts';

class LoopTimeout implements TimeoutHandle {
  readonly deadlineMs: number;
  timer: ClockTimer | null = null;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }
}

/** What `callAt` sets and `removeTimeout` forgets, over the loop's clock. */
export class LoopTimers {
  readonly #clock: Clock;
  readonly #set = new Set<LoopTimeout>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `run` at the instant `whenMs`, never at once. @throws LoopError `ERR_BAD_DEADLINE`. */
  set(whenMs: number, run: () => void): TimeoutHandle {
    if (!Number.isFinite(whenMs)) {
      throw new LoopError('ERR_BAD_DEADLINE', `Unsupported deadline ${repr(whenMs)}`);
    }
    const timeout = new LoopTimeout(whenMs);
    if (this.#isClosed) return timeout;
    this.#set.add(timeout);
    timeout.timer = this.#clock.setTimer(Math.max(0, whenMs - this.#clock.now()), () => {
      timeout.timer = null;
      this.#set.delete(timeout);
      run();
    });
    return timeout;
  }

  /** Forgets one; harmless when it has fired, or is another's. */
  remove(handle: TimeoutHandle): void {
    if (!(handle instanceof LoopTimeout) || !this.#set.delete(handle)) return;
    if (handle.timer !== null) this.#clock.clearTimer(handle.timer);
    handle.timer = null;
  }

  /** Forgets all; what is set from now on never fires. */
  close(): void {
    this.#isClosed = true;
    for (const timeout of this.#set) this.remove(timeout);
  }
}
