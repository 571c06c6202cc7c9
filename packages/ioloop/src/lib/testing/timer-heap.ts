// The virtual clock's timers, the next one first. Owns: the order, and forgetting those that were cleared.
// Must not know: what time it is.
import type { ClockTimer } from '../clock.ts';

/** Cleared timers stay where they are until there are more than this, and more of them than others (IOL-7). */
const MANY = 512;

/** One timer; those with the same deadline come in the order in which they were made. */
export class VirtualTimer implements ClockTimer {
  readonly deadlineMs: number;
  readonly order: number;
  /** Null when it has fired or was cleared. */
  callback: (() => void) | null;

  constructor(deadlineMs: number, order: number, callback: () => void) {
    this.deadlineMs = deadlineMs;
    this.order = order;
    this.callback = callback;
  }
}

/** A binary heap of timers. */
export class TimerHeap {
  #timers: VirtualTimer[] = [];
  #cleared = 0;

  /** How many will fire. */
  get size(): number {
    return this.#timers.length - this.#cleared;
  }

  /** Adds a timer. */
  add(timer: VirtualTimer): void {
    this.#timers.push(timer);
    this.#rise(this.#timers.length - 1);
  }

  /** Forgets a timer that is in here. */
  clear(timer: VirtualTimer): void {
    timer.callback = null;
    this.#cleared++;
    if (this.#cleared <= MANY || this.#cleared * 2 <= this.#timers.length) return;
    this.#timers = this.#timers.filter(({ callback }) => callback !== null).sort(compare);
    this.#cleared = 0;
  }

  /** The next timer, or null. */
  peek(): VirtualTimer | null {
    for (;;) {
      const first = this.#timers[0];
      if (first === undefined) return null;
      if (first.callback !== null) return first;
      this.#removeFirst();
      this.#cleared--;
    }
  }

  /** Takes out the timer that `peek` answers. */
  pop(): VirtualTimer | null {
    const first = this.peek();
    if (first !== null) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    this.#sink(0);
  }

  #rise(at: number): void {
    const timers = this.#timers;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timers, at, parent)) return;
      swap(timers, at, parent);
      at = parent;
    }
  }

  #sink(at: number): void {
    const timers = this.#timers;
    for (;;) {
      let next = at * 2 + 1;
      if (isBefore(timers, next + 1, next)) next++;
      if (!isBefore(timers, next, at)) return;
      swap(timers, at, next);
      at = next;
    }
  }
}

function compare(a: VirtualTimer, b: VirtualTimer): number {
  return a.deadlineMs - b.deadlineMs || a.order - b.order;
}

/** False where one of the two places is behind the end. */
function isBefore(timers: readonly VirtualTimer[], a: number, b: number): boolean {
  const left = timers[a];
  const right = timers[b];
  return left !== undefined && right !== undefined && compare(left, right) < 0;
}

function swap(timers: VirtualTimer[], a: number, b: number): void {
  const left = timers[a];
  const right = timers[b];
  if (left === undefined || right === undefined) return;
  timers[a] = right;
  timers[b] = left;
}
