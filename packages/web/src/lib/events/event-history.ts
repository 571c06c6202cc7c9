// The last events, for who comes back. Owns: their ids, how many are kept. Must not know: streams.
import { randomBytes } from 'node:crypto';
import type { StreamEvent } from './event-text.ts';

/** How much is kept. */
export interface EventHistoryOptions {
  /** Default 1000. */
  readonly maxEvents?: number;
  /** Bytes of data, as UTF-16. Default 1048576 (1 MiB). */
  readonly maxBytes?: number;
}

/** What somebody has missed. */
export interface MissedEvents {
  readonly events: readonly StreamEvent[];
  /** Whether that is all of it: events that are not kept any more are lost, and so are those of a process that has ended. */
  readonly isComplete: boolean;
}

/** Numbers events, and keeps the last of them. */
export class EventHistory {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  /** Tells our ids from those of a process before us. */
  readonly #epoch: string = randomBytes(6).toString('base64url');
  #events: (StreamEvent & { readonly id: string })[] = [];
  #bytes = 0;
  /** The number of the next event. */
  #next = 1;

  constructor({ maxEvents = 1000, maxBytes = 1_048_576 }: EventHistoryOptions = {}) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** Gives an event its id, and keeps it. */
  add(data: string, event?: string): StreamEvent {
    const id = `${this.#epoch}-${this.#next++}`;
    const made = event === undefined ? { data, id } : { data, event, id };
    this.#events.push(made);
    this.#bytes += 2 * data.length;
    while (this.#events.length > this.#maxEvents || this.#bytes > this.#maxBytes) {
      const oldest = this.#events.shift();
      if (oldest === undefined) break;
      this.#bytes -= 2 * oldest.data.length;
    }
    return made;
  }

  /** What came behind the event of that id; everything that is kept if we do not know it. */
  since(id: string): MissedEvents {
    const [epoch, number] = splitId(id);
    const seen = epoch === this.#epoch && number < this.#next ? number : NaN;
    const first = this.#next - this.#events.length;
    if (!(seen >= 0)) return { events: [...this.#events], isComplete: false };
    return {
      events: this.#events.slice(Math.max(0, seen + 1 - first)),
      isComplete: seen + 1 >= first,
    };
  }
}

/** Before and behind the last dash; the part before may have some of its own. */
function splitId(id: string): [epoch: string, number: number] {
  const at = id.lastIndexOf('-');
  const digits = id.slice(at + 1);
  return [id.slice(0, at), /^\d{1,15}$/.test(digits) ? Number(digits) : NaN];
}
