// Coarse timeouts that cost one assignment to set and one to clear. Owns: the sweep over all that have one.
// Must not know: what the timeouts are for.
import type { TimeoutHandle } from './timeout.ts';

/** All that the sweep asks of the loop. */
export interface SweepHost {
  /** The present instant. */
  time(): number;
  /** Calls back after `delayMs`. */
  callLater(delayMs: number, callback: () => void): TimeoutHandle;
  /** Forgets a timeout. */
  removeTimeout(handle: TimeoutHandle): void;
  /** Logs what a callback threw. */
  handleCallbackException(callback: unknown, error: unknown): void;
}

/** Something with a deadline that is set and cleared often, a connection for one. */
export interface Expirable {
  /** When it expires, on `IOLoop.time()`; `Infinity` for never. Read at each sweep. */
  deadlineMs: number;
  /** Called once the deadline has passed; must move the deadline or be removed from the sweep. */
  onDeadline(): void;
}

const INTERVAL_MS = 250; // how late a deadline may be noticed

/**
 * Looks at every registered deadline four times a second, while there are any. Instead of a timer per connection, set and
 * cancelled on every request, a request writes a number. Deadlines that do not move, those of connections at rest, are put in
 * order when they come, and are not looked at before they pass, however many there are.
 */
export class DeadlineSweep {
  readonly #loop: SweepHost;
  readonly #entries = new Set<Expirable>();
  /** Those whose deadline stays, by the quarter of a second that it lies in. */
  readonly #fixed = new Map<number, Set<Expirable>>();
  /** The last slot of which all have expired. */
  #doneSlot = 0;
  #timer: TimeoutHandle | null = null;
  #lastMs = 0;

  constructor(loop: SweepHost) {
    this.#loop = loop;
  }

  /** The instant of the last sweep: a clock that costs nothing to read, up to 250 ms slow while there are entries. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Registers; its `deadlineMs` is looked at from now on. */
  add(entry: Expirable): void {
    this.#entries.add(entry);
    this.#start();
  }

  /**
   * Registers one whose deadline lies ahead and will not move. Once it has expired it is removed. It is not looked at before,
   * so any number of them costs a sweep nothing.
   */
  addFixed(entry: Expirable): void {
    this.#start();
    const slot = slotOf(entry.deadlineMs);
    const others = this.#fixed.get(slot);
    if (others === undefined) this.#fixed.set(slot, new Set([entry]));
    else others.add(entry);
  }

  /** Removes; the last one out stops the timer. */
  remove(entry: Expirable): void {
    this.#entries.delete(entry);
    this.#stopIfEmpty();
  }

  /** Removes one that was added by `addFixed`. */
  removeFixed(entry: Expirable): void {
    const slot = slotOf(entry.deadlineMs);
    const others = this.#fixed.get(slot);
    if (others?.delete(entry) !== true) return;
    if (others.size === 0) this.#fixed.delete(slot);
    this.#stopIfEmpty();
  }

  #start(): void {
    if (this.#timer !== null) return;
    this.#lastMs = this.#loop.time();
    this.#doneSlot = slotOf(this.#lastMs) - 1;
    this.#timer = this.#loop.callLater(INTERVAL_MS, this.#run);
  }

  #stopIfEmpty(): void {
    if (this.#entries.size > 0 || this.#fixed.size > 0 || this.#timer === null) return;
    this.#loop.removeTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = null;
    const now = this.#loop.time();
    this.#lastMs = now;
    for (const entry of this.#entries) if (entry.deadlineMs <= now) this.#expire(entry);
    this.#expireSlots(now);
    if (this.#entries.size > 0 || this.#fixed.size > 0) {
      this.#timer ??= this.#loop.callLater(INTERVAL_MS, this.#run);
    }
  };

  #expireSlots(now: number): void {
    const last = slotOf(now);
    // A clock that was set back finds the slots before it empty, and those behind it again.
    for (let slot = Math.min(this.#doneSlot + 1, last); slot <= last; slot++) {
      for (const entry of this.#fixed.get(slot) ?? []) {
        if (entry.deadlineMs > now) continue;
        this.removeFixed(entry);
        this.#expire(entry);
      }
    }
    this.#doneSlot = last - 1;
  }

  #expire(entry: Expirable): void {
    try {
      entry.onDeadline();
    } catch (error) {
      this.#loop.handleCallbackException('onDeadline', error);
    }
  }
}

/** The quarter of a second that an instant lies in. */
function slotOf(ms: number): number {
  return Math.floor(ms / INTERVAL_MS);
}
