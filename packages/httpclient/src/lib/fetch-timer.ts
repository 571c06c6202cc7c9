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

/**
 * The timers of a client that the sweep keeps. They come and go with each request, so they are a list through themselves: in a
 * Set of the sweep's they would make it a new table time and again, see waiting-line.ts.
 */
export class FetchTimers implements Expirable {
  deadlineMs: number = Infinity;
  readonly loop: IOLoop;
  #newest: FetchTimer | null = null;

  constructor(loop: IOLoop) {
    this.loop = loop;
  }

  /** Looks at `timer.deadlineMs` from now on. */
  add(timer: FetchTimer): void {
    const before = this.#newest;
    timer.older = before;
    this.#newest = timer;
    if (before !== null) {
      before.newer = timer;
      return;
    }
    this.deadlineMs = -Infinity; // at each sweep
    this.loop.sweep.add(this);
  }

  /** Does so no more. */
  remove(timer: FetchTimer): void {
    const { older, newer } = timer;
    timer.older = null;
    timer.newer = null;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else this.#newest = older;
    if (this.#newest === null) this.loop.sweep.remove(this);
  }

  onDeadline(): void {
    const now = this.loop.time();
    // What one of them does may end others, and begin new ones.
    const due: FetchTimer[] = [];
    for (let at = this.#newest; at !== null; at = at.older) if (at.deadlineMs <= now) due.push(at);
    for (const timer of due.reverse()) if (timer.deadlineMs <= now) timer.onDeadline();
  }
}

/** Set again and again, and seldom due. */
export class FetchTimer {
  deadlineMs: number = Infinity;
  /** Its neighbours among those that are swept; for FetchTimers. */
  older: FetchTimer | null = null;
  newer: FetchTimer | null = null;
  readonly #timers: FetchTimers;
  readonly #loop: IOLoop;
  readonly #owner: TimerOwner;
  /** When everything must be over; `Infinity` for never. */
  readonly #endMs: number;
  #isSwept = false;
  #handle: TimeoutHandle | null = null;

  constructor(timers: FetchTimers, owner: TimerOwner, endMs: number) {
    this.#timers = timers;
    this.#loop = timers.loop;
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
      this.#leaveSweep();
    } else if (dueMs - this.#loop.eventTime >= COARSE_MS) {
      if (!this.#isSwept) this.#timers.add(this);
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
    this.deadlineMs = Infinity;
  }

  /** It is due. */
  onDeadline(): void {
    const dueMs = this.deadlineMs;
    this.#handle = null;
    this.stop();
    this.#owner.timedOut(dueMs === this.#endMs);
  }

  #clearHandle(handle: TimeoutHandle): void {
    this.#loop.removeTimeout(handle);
    this.#handle = null;
  }

  #leaveSweep(): void {
    if (!this.#isSwept) return;
    this.#isSwept = false;
    this.#timers.remove(this);
  }
}

/** One function for all, so that none makes its own. */
function expire(timer: FetchTimer): void {
  timer.onDeadline();
}
