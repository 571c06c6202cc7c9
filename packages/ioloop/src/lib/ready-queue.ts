// A ring buffer of callbacks. Owns: first in, first out, without allocating per entry.
// Must not know: when it is drained, what the callbacks are.
// HOT: `pnpm bench ioloop`

const INITIAL_CAPACITY = 64; // entries; a power of two

/** One drained entry's function, called with its argument by whoever drains. */
type Entry = (argument: unknown) => void;

/**
 * A queue of `(callback, argument)` pairs as a ring: entry i lies at `2i` (callback) and `2i + 1` (argument).
 *
 *      head            tail
 *       v               v
 *   [ . | f a | g b | h c | . | . ]
 */
export class ReadyQueue {
  #slots: unknown[] = new Array<unknown>(INITIAL_CAPACITY * 2).fill(undefined);
  #mask = INITIAL_CAPACITY - 1;
  #head = 0;
  #length = 0;

  /** How many callbacks wait. */
  get length(): number {
    return this.#length;
  }

  /** Appends `callback`, to be called with `argument`. */
  push<A>(callback: (argument: A) => void, argument: A): void {
    if (this.#length > this.#mask) this.#grow();
    const at = ((this.#head + this.#length) & this.#mask) << 1;
    this.#slots[at] = callback;
    this.#slots[at + 1] = argument;
    this.#length++;
  }

  /**
   * Takes the oldest entry out and calls it. The queue must not be empty.
   * What the callback throws passes through; the entry is gone by then.
   */
  runNext(): void {
    const at = this.#head << 1;
    const callback = this.#slots[at] as Entry;
    const argument = this.#slots[at + 1];
    this.#slots[at] = undefined;
    this.#slots[at + 1] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length--;
    callback(argument);
  }

  /** Moves all of `other`'s entries to the end of this queue, in order. */
  takeAll(other: ReadyQueue): void {
    for (let left = other.#length; left > 0; left--) {
      const at = other.#head << 1;
      this.push(other.#slots[at] as Entry, other.#slots[at + 1]);
      other.#slots[at] = undefined;
      other.#slots[at + 1] = undefined;
      other.#head = (other.#head + 1) & other.#mask;
      other.#length--;
    }
  }

  /** Drops every entry. */
  clear(): void {
    this.#slots.fill(undefined);
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const old = this.#slots;
    const from = this.#head << 1;
    this.#slots = old
      .slice(from)
      .concat(old.slice(0, from), new Array<unknown>(old.length).fill(undefined));
    this.#mask = this.#mask * 2 + 1;
    this.#head = 0;
  }
}
