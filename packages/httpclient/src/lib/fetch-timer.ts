// The one timer of a fetch: which phase it is in, and when that must be over. Owns: the deadline over all phases, how exactly
// a time is kept. Must not know: what the phases are for.
// HOT: `pnpm bench client`
import type { Expirable, IOLoop, TimeoutHandle } from '@typhoon/ioloop';

/** Who is told that the time is over. */
export interface TimerOwner {
  /** `isDeadline`: that of everything, not of the phase. */
  timedOut(isDeadline: boolean): void;
}

/**
 * From so many milliseconds on the loop's sweep keeps the time: it may be a quarter of a second late, and costs two
 * assignments. Shorter ones have a timer of their own.
 */
const COARSE_MS = 3000;

/** Set again and again, and seldom due. */
export class FetchTimer implements Expirable {
  deadlineMs: number = Infinity;
  readonly #loop: IOLoop;
  readonly #owner: TimerOwner;
  /** When everything must be over; `Infinity` for never. */
  readonly #endMs: number;
  #isSwept = false;
  #handle: TimeoutHandle | null = null;

  constructor(loop: IOLoop, owner: TimerOwner, endMs: number) {
    this.#loop = loop;
    this.#owner = owner;
    this.#endMs = endMs;
  }

  /** The phase under way must be over so many milliseconds behind `fromMs`; 0: there is no limit but the deadline. */
  set(fromMs: number, timeoutMs: number): void {
    const phaseEndMs = timeoutMs === 0 ? Infinity : fromMs + timeoutMs;
    const dueMs = Math.min(phaseEndMs, this.#endMs);
    if (this.#handle !== null) this.#clearHandle(this.#handle);
    this.deadlineMs = dueMs;
    if (dueMs === Infinity) {
      this.stop();
    } else if (dueMs - this.#loop.eventTime >= COARSE_MS) {
      if (!this.#isSwept) this.#loop.sweep.add(this);
      this.#isSwept = true;
    } else {
      this.#leaveSweep();
      this.#handle = this.#loop.callAt(dueMs, expire, this);
    }
  }

  /** No phase is under way. */
  stop(): void {
    if (this.#handle !== null) this.#clearHandle(this.#handle);
    this.#leaveSweep();
  }

  onDeadline(): void {
    this.#handle = null;
    this.#leaveSweep();
    this.#owner.timedOut(this.deadlineMs === this.#endMs);
  }

  #clearHandle(handle: TimeoutHandle): void {
    this.#loop.removeTimeout(handle);
    this.#handle = null;
  }

  #leaveSweep(): void {
    if (!this.#isSwept) return;
    this.#isSwept = false;
    this.#loop.sweep.remove(this);
  }
}

/** One function for all, so that none makes its own. */
function expire(timer: FetchTimer): void {
  timer.onDeadline();
}
