// A clock that tests move. Owns: its time, and when it jumps. Must not know: the loops, but for whether they are idle.
import { isAnythingInFlight } from './delivery-queue.ts';
import { TimerHeap, VirtualTimer } from './timer-heap.ts';
import type { Clock, ClockTimer } from '../clock.ts';

/** How to make a virtual clock. */
export interface VirtualClockOptions {
  /** What time it is at first, in milliseconds. Default 0. */
  readonly startMs?: number;
  /**
   * Jump to the next deadline whenever no attached loop has anything to do. Default true. Choose false where something
   * real is waited for (sockets, files, workers), since the clock cannot see that, and where a loop has connections
   * whose timeouts are swept, since that never ends.
   */
  readonly autoJump?: boolean;
}

/**
 * A clock for tests: `new IOLoop({ clock: new VirtualClock() })` sleeps for a day in no time. Timers fire in the order of
 * their deadlines, those with the same deadline in the order of their making, each when all that the one before brought
 * about is done: promises, ready queues, the callbacks of the next turns and what is on its way in memory.
 */
export class VirtualClock implements Clock {
  readonly #autoJump: boolean;
  readonly #timers = new TimerHeap();
  readonly #loops: (() => boolean)[] = [];
  #nowMs: number;
  #made = 0;
  #advancing = 0;
  #isLookComing = false;

  constructor(options: VirtualClockOptions = {}) {
    this.#nowMs = options.startMs ?? 0;
    this.#autoJump = options.autoJump ?? true;
  }

  /** The present instant. */
  now(): number {
    return this.#nowMs;
  }

  /** How many timers are set. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, callback: () => void): ClockTimer {
    const timer = new VirtualTimer(this.#nowMs + Math.max(0, delayMs), this.#made++, callback);
    this.#timers.add(timer);
    this.#lookSoon();
    return timer;
  }

  clearTimer(timer: ClockTimer): void {
    if (timer instanceof VirtualTimer && timer.callback !== null) this.#timers.clear(timer);
  }

  attach(isIdle: () => boolean): void {
    this.#loops.push(isIdle);
  }

  /**
   * Moves on by `ms` milliseconds: every timer due by then fires at its own instant, whatever it brings about is done
   * before the next one, and timers that are set meanwhile fire as well if they are due. Resolves when all is quiet.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot advance by ${ms} ms`);
    const targetMs = this.#nowMs + ms;
    this.#advancing++;
    await this.#quiet();
    for (;;) {
      const next = this.#timers.peek();
      if (next === null || next.deadlineMs > targetMs) break;
      this.#fireNext();
      await this.#quiet();
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
    this.#advancing--;
    this.#lookSoon();
  }

  async #quiet(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (!this.#isIdle());
  }

  #isIdle(): boolean {
    return !isAnythingInFlight() && this.#loops.every((isIdle) => isIdle());
  }

  /** An immediate comes when all microtasks are done. */
  #lookSoon(): void {
    if (!this.#autoJump || this.#isLookComing || this.#timers.size === 0) return;
    this.#isLookComing = true;
    setImmediate(this.#look);
  }

  readonly #look = (): void => {
    this.#isLookComing = false;
    if (this.#advancing > 0) return;
    if (this.#isIdle()) this.#fireNext();
    this.#lookSoon();
  };

  #fireNext(): void {
    const timer = this.#timers.pop();
    if (timer === null) return;
    this.#nowMs = Math.max(this.#nowMs, timer.deadlineMs);
    const { callback } = timer;
    timer.callback = null;
    callback?.();
  }
}
