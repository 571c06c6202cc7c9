// A virtual clock on which callbacks take time. Owns: until when the present callback is busy.
import { VirtualClock } from '@typhoon/ioloop/testing';
import type { Clock, ClockTimer } from '@typhoon/ioloop';

/** Stands at the end of what was spent, until the virtual time beneath comes past it. */
export class BusyClock implements Clock {
  readonly #virtual = new VirtualClock();
  #busyUntilMs = 0;

  now(): number {
    return Math.max(this.#virtual.now(), this.#busyUntilMs);
  }

  /** The present callback takes `ms`. */
  spend(ms: number): void {
    this.#busyUntilMs = this.now() + ms;
  }

  setTimer(delayMs: number, callback: () => void): ClockTimer {
    return this.#virtual.setTimer(this.now() - this.#virtual.now() + delayMs, callback);
  }

  clearTimer(timer: ClockTimer): void {
    this.#virtual.clearTimer(timer);
  }

  attach(isIdle: () => boolean): void {
    this.#virtual.attach(isIdle);
  }
}
