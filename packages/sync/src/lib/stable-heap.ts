// Items by priority; those of the same priority in the order in which they came. Owns: the order.
// HOT: `vitest bench` in packages/sync

/** Negative when `a` comes before `b`, positive when after, 0 when neither does. */
export type Compare<T> = (a: T, b: T) => number;

interface Entry<T> {
  readonly item: T;
  readonly order: number;
}

/**
 * A binary heap. A comparison may throw: all of an operation's comparisons come before its first move, so the heap is then
 * as it was.
 */
export class StableHeap<T> implements Iterable<T> {
  readonly #entries: (Entry<T> | undefined)[] = [];
  readonly #compare: Compare<T>;
  #made = 0;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  /** How many there are. */
  get length(): number {
    return this.#entries.length;
  }

  /** Adds `item`. */
  push(item: T): void {
    const entries = this.#entries;
    const entry: Entry<T> = { item, order: this.#made++ };
    let target = entries.length;
    while (target > 0 && this.#isBefore(entry, entries[(target - 1) >> 1])) {
      target = (target - 1) >> 1;
    }
    let hole = entries.length;
    entries.push(entry);
    while (hole > target) {
      const parent = (hole - 1) >> 1;
      entries[hole] = entries[parent];
      hole = parent;
    }
    entries[target] = entry;
  }

  /** Takes the first out. The heap must not be empty. */
  shift(): T {
    const entries = this.#entries;
    const first = entries[0];
    if (first === undefined) throw new RangeError('the heap is empty');
    const last = entries[entries.length - 1];
    const way = this.#wayDown(last);
    entries.pop();
    if (entries.length === 0) return first.item;
    let hole = 0;
    for (const from of way) {
      entries[hole] = entries[from];
      hole = from;
    }
    entries[hole] = last;
    return first.item;
  }

  /** In no particular order, but for the first. */
  *[Symbol.iterator](): Generator<T, undefined, undefined> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry.item;
  }

  /** The places whose entries move up when `last` takes the first one's place and sinks. */
  #wayDown(last: Entry<T> | undefined): number[] {
    const entries = this.#entries;
    const end = entries.length - 1; // the last is no longer there
    const way: number[] = [];
    for (let child = 1; child < end; child = child * 2 + 1) {
      if (child + 1 < end && this.#isBefore(entries[child + 1], entries[child])) child++;
      if (!this.#isBefore(entries[child], last)) break;
      way.push(child);
    }
    return way;
  }

  #isBefore(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean {
    if (a === undefined || b === undefined) return false;
    const order = this.#compare(a.item, b.item);
    return order === 0 ? a.order < b.order : order < 0;
  }
}
