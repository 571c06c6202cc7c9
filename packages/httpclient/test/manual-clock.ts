// A clock that stands still until a test moves it.
import type { Clock, ClockTimer } from '@typhoon/ioloop';

interface ManualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time for tests; starts at 1,000,000 ms. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<ManualTimer>();

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): ClockTimer {
    const timer: ManualTimer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: ClockTimer): void {
    this.#timers.delete(timer as ManualTimer);
  }

  /** Time passes; timers that fall due are called in order, each at its own instant. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= untilMs);
      const [first] = due.sort((a, b) => a.dueMs - b.dueMs);
      if (first === undefined) break;
      this.#timers.delete(first);
      this.#nowMs = Math.max(this.#nowMs, first.dueMs);
      first.callback();
    }
    this.#nowMs = untilMs;
  }
}
