// The timers of one loop. Owns: which are set. Must not know: how what they call is run.
// HOT: `pnpm bench ioloop` (a list through the timeouts themselves, one closure each)
import { repr } from '@typhoon/log';
import { LoopError } from './loop-error.ts';
import type { Clock, ClockTimer } from './clock.ts';
import type { TimeoutHandle } from './timeout.ts';

type Call = <A extends unknown[]>(callback: (...args: A) => unknown, args: A) => void;

class LoopTimeout implements TimeoutHandle {
  readonly deadlineMs: number;
  readonly owner: LoopTimers;
  /** Null when it has fired or is forgotten. */
  timer: ClockTimer | null = null;
  before: LoopTimeout | null = null;
  after: LoopTimeout | null = null;

  constructor(deadlineMs: number, owner: LoopTimers) {
    this.deadlineMs = deadlineMs;
    this.owner = owner;
  }
}

/** What `callAt` sets and `removeTimeout` forgets, over the loop's clock. */
export class LoopTimers {
  readonly #clock: Clock;
  readonly #call: Call;
  /** The latest of those that are set; the others follow. */
  #latest: LoopTimeout | null = null;
  #isClosed = false;

  /** @param call Calls what is due. */
  constructor(clock: Clock, call: Call) {
    this.#clock = clock;
    this.#call = call;
  }

  /** Calls `callback(...args)` at the instant `whenMs`, never at once. @throws LoopError `ERR_BAD_DEADLINE`. */
  set<A extends unknown[]>(
    whenMs: number,
    callback: (...args: A) => unknown,
    args: A,
  ): TimeoutHandle {
    if (!Number.isFinite(whenMs)) {
      throw new LoopError('ERR_BAD_DEADLINE', `Unsupported deadline ${repr(whenMs)}`);
    }
    const timeout = new LoopTimeout(whenMs, this);
    if (this.#isClosed) return timeout;
    this.#link(timeout);
    timeout.timer = this.#clock.setTimer(Math.max(0, whenMs - this.#clock.now()), () => {
      this.#unlink(timeout);
      this.#call(callback, args);
    });
    return timeout;
  }

  /** Forgets one; harmless when it has fired, or is another's. */
  remove(handle: TimeoutHandle): void {
    if (!(handle instanceof LoopTimeout) || handle.owner !== this || handle.timer === null) return;
    this.#clock.clearTimer(handle.timer);
    this.#unlink(handle);
  }

  /** Forgets all; what is set from now on never fires. */
  close(): void {
    this.#isClosed = true;
    while (this.#latest !== null) this.remove(this.#latest);
  }

  #link(timeout: LoopTimeout): void {
    timeout.after = this.#latest;
    if (this.#latest !== null) this.#latest.before = timeout;
    this.#latest = timeout;
  }

  #unlink(timeout: LoopTimeout): void {
    const { before, after } = timeout;
    if (before !== null) before.after = after;
    else if (this.#latest === timeout) this.#latest = after;
    if (after !== null) after.before = before;
    timeout.timer = timeout.before = timeout.after = null;
  }
}
