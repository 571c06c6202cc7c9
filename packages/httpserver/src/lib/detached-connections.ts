// The connections that a server has given away. Owns: forgetting those that are closed; nobody tells us when that happens.
// Must not know: what they are used for.
import type { DetachedConnection } from './drain.ts';

const FEWEST = 64;
/** How late `openCount` may notice that one is closed. */
const LATE_MS = 250;

/** Given away, and perhaps closed since. */
export class DetachedConnections {
  readonly all: Set<DetachedConnection>;
  /** At so many, those that are closed are forgotten. */
  #limit = FEWEST;
  #prunedMs = -Infinity;

  constructor() {
    this.all = new Set();
  }

  /** One more. */
  add(connection: DetachedConnection): void {
    this.all.add(connection);
    if (this.all.size < this.#limit) return;
    this.#prune();
    this.#limit = Math.max(FEWEST, 2 * this.all.size);
  }

  /** How many are open, or were 250 ms before `nowMs`. */
  openCount(nowMs: number): number {
    if (this.all.size > 0 && nowMs - this.#prunedMs >= LATE_MS) {
      this.#prunedMs = nowMs;
      this.#prune();
    }
    return this.all.size;
  }

  #prune(): void {
    for (const one of this.all) if (one.transport.isClosing) this.all.delete(one);
  }
}
