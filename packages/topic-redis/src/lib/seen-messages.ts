// Which messages have come already. Must not know: what is in them.
import type { Stamp } from './wire.ts';

const MOST_ORIGINS = 4096;

/**
 * A message that was sent and not confirmed is sent again, and then may come twice. Those of one origin come in the order of their
 * numbers, whatever their topic, so that one number for each origin is all there is to know.
 */
export class SeenMessages {
  readonly #last = new Map<string, number>();

  /** Whether it comes for the first time. */
  isNew({ origin, number }: Stamp): boolean {
    const last = this.#last.get(origin);
    if (last !== undefined && number <= last) return false;
    if (last === undefined && this.#last.size === MOST_ORIGINS) this.#forgetOldest();
    else this.#last.delete(origin);
    this.#last.set(origin, number); // the latest is the last in order
    return true;
  }

  /** Processes come and go. */
  #forgetOldest(): void {
    for (const origin of this.#last.keys()) {
      this.#last.delete(origin);
      return;
    }
  }
}
