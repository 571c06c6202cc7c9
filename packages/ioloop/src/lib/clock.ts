// Where a loop takes its time and its timers from. Owns: the Clock contract and the system's clock.
// Must not know: the loop.

/** A timer that a clock has set; only the clock that made it can read it. */
export type ClockTimer = object;

/**
 * A source of time and of wake-ups. The loop takes it as a parameter, so that tests can jump
 * (`VirtualClock` in `@typhoon/ioloop/testing`).
 */
export interface Clock {
  /** The present instant: milliseconds since the epoch, fractional, never going backwards. */
  now(): number;
  /** Calls `callback` once, from the event loop and never at once, when `delayMs` have passed. */
  setTimer(delayMs: number, callback: () => void): ClockTimer;
  /** Forgets a timer; harmless when it has fired already. */
  clearTimer(timer: ClockTimer): void;
  /** Tells a clock that jumps by itself how to see whether a loop has anything else to do. */
  attach?(isIdle: () => boolean): void;
}

/** Node.js counts a timer's delay in 31 bits; what is longer is waited for in several pieces. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

class LongTimer {
  handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.handle = this.#arm(delayMs, callback);
  }

  #arm(delayMs: number, callback: () => void): NodeJS.Timeout {
    if (delayMs <= LONGEST_DELAY_MS) return setTimeout(callback, delayMs);
    return setTimeout(() => {
      this.handle = this.#arm(delayMs - LONGEST_DELAY_MS, callback);
    }, LONGEST_DELAY_MS);
  }
}

/** Read once: it is a call into C. */
const ORIGIN_MS = performance.timeOrigin;

/** The process's own clock: wall-clock start plus the monotonic time since, and Node.js's timers. */
export const systemClock: Clock = {
  now: () => ORIGIN_MS + performance.now(),
  setTimer: (delayMs, callback) => {
    const whole = Math.ceil(delayMs); // Node.js drops the fraction, which would be too early
    return whole <= LONGEST_DELAY_MS ? setTimeout(callback, whole) : new LongTimer(whole, callback);
  },
  clearTimer: (timer) => {
    clearTimeout(timer instanceof LongTimer ? timer.handle : (timer as NodeJS.Timeout));
  },
};
