// Items in a row, added at the end, taken from either. Owns: their place in a ring that grows and shrinks.
// HOT: `vitest bench` in packages/sync

const LEAST_CAPACITY = 16; // slots; a power of two

/**
 * A ring of slots. It doubles when it is full and halves when three quarters are free, so a queue that was long once
 * does not keep the room.
 *
 *      head        head + length
 *       v               v
 *   [ . | a | b | c | . | . ]
 */
export class Deque<T> implements Iterable<T> {
  #slots: (T | undefined)[] = [];
  #mask = -1;
  #head = 0;
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Adds `item` at the end. */
  push(item: T): void {
    if (this.#length > this.#mask) this.#resize(Math.max(LEAST_CAPACITY, this.#length * 2));
    this.#slots[(this.#head + this.#length) & this.#mask] = item;
    this.#length++;
  }

  /** Takes the first out. The deque must not be empty. */
  shift(): T {
    const at = this.#head;
    this.#head = (at + 1) & this.#mask;
    return this.#take(at);
  }

  /** Takes the last out. The deque must not be empty. */
  pop(): T {
    return this.#take((this.#head + this.#length - 1) & this.#mask);
  }

  /** From the first to the last. */
  *[Symbol.iterator](): Generator<T, undefined, undefined> {
    for (let i = 0; i < this.#length; i++) {
      yield this.#slots[(this.#head + i) & this.#mask] as T;
    }
  }

  #take(at: number): T {
    const item = this.#slots[at] as T; // within `length`, so it was put there
    this.#slots[at] = undefined;
    this.#length--;
    const capacity = this.#mask + 1;
    if (capacity > LEAST_CAPACITY && this.#length * 4 < capacity) this.#resize(capacity / 2);
    return item;
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity).fill(undefined);
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) & this.#mask];
    this.#slots = slots;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
