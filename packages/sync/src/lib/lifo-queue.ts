// The last one in is the first one out.
import { Deque } from './deque.ts';
import { Queue } from './queue.ts';

/** A queue that gives the newest item first. */
export class LifoQueue<T> extends Queue<T> {
  readonly #stack = new Deque<T>();

  protected override store(item: T): void {
    this.#stack.push(item);
  }

  protected override take(): T {
    return this.#stack.pop();
  }

  protected override items(): Iterable<T> {
    return this.#stack;
  }
}
