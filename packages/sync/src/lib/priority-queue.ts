// The first in some order is the first one out.
import { compareNaturally } from './natural-order.ts';
import { Queue } from './queue.ts';
import { StableHeap } from './stable-heap.ts';
import type { Compare } from './stable-heap.ts';

/**
 * A queue that gives the smallest item first, and of equal ones the one that came first.
 *
 * Numbers, texts and dates are ordered as `<` does, lists such as `[priority, text]` by their first difference (QUE-11).
 * Anything else needs a compare function; an item that cannot be compared is refused with a TypeError.
 */
export class PriorityQueue<T> extends Queue<T> {
  readonly #heap: StableHeap<T>;
  readonly #isNatural: boolean;

  /**
   * @param maxsize How many items it holds. Default 0: any number. Errors as for `Queue`.
   * @param compare Negative when its first argument is to come out first. Default: the natural order.
   */
  constructor(maxsize = 0, compare?: Compare<T>) {
    super(maxsize);
    this.#isNatural = compare === undefined;
    this.#heap = new StableHeap(compare ?? compareNaturally);
  }

  protected override store(item: T): void {
    // An item that has no order is refused when it comes, not when the next one does.
    if (this.#isNatural && this.#heap.length === 0) compareNaturally(item, item);
    this.#heap.push(item);
  }

  protected override take(): T {
    return this.#heap.shift();
  }

  protected override items(): Iterable<T> {
    return this.#heap;
  }
}
