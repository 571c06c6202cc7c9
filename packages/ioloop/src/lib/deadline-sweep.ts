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
 * cancelled on every request, a request writes a number; ten thousand connections cost some 50 µs a sweep.
 */
export class DeadlineSweep {
  readonly #loop: SweepHost;
  readonly #entries = new Set<Expirable>();
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
    if (this.#timer !== null) return;
    this.#lastMs = this.#loop.time();
    this.#timer = this.#loop.callLater(INTERVAL_MS, this.#run);
  }

  /** Removes; the last one out stops the timer. */
  remove(entry: Expirable): void {
    this.#entries.delete(entry);
    if (this.#entries.size > 0 || this.#timer === null) return;
    this.#loop.removeTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = null;
    const now = this.#loop.time();
    this.#lastMs = now;
    for (const entry of this.#entries) {
      if (entry.deadlineMs > now) continue;
      try {
        entry.onDeadline();
      } catch (error) {
        this.#loop.handleCallbackException('onDeadline', error);
      }
    }
    if (this.#entries.size > 0) this.#timer ??= this.#loop.callLater(INTERVAL_MS, this.#run);
  };
}
