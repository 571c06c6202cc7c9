// Tasks of one priority, first in, first out. A ring, for a pool may hold many.
// HOT: `pnpm bench executor`
//
//   slots:   . . a b c d . .      head 2, length 4; `at` wraps round at a power of two
import type { PoolTask } from './pool-task.ts';

/** Tasks in the order in which they came. */
export class TaskRing {
  #slots: (PoolTask | null)[] = new Array<PoolTask | null>(16).fill(null);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a task at the end. */
  push(task: PoolTask): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = task;
    this.#length++;
  }

  /** Puts a task back at the front. */
  unshift(task: PoolTask): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = task;
    this.#length++;
  }

  /** The oldest task that is still wanted, left where it is; those that were cancelled are dropped on the way. */
  peek(): PoolTask | null {
    while (this.#length > 0) {
      const task = this.#slots[this.#head] ?? null;
      if (task !== null && !task.isEnded) return task;
      this.shift();
    }
    return null;
  }

  /** Takes out what `peek` shows. */
  shift(): void {
    this.#slots[this.#head] = null;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = old
      .slice(this.#head)
      .concat(old.slice(0, this.#head), new Array<PoolTask | null>(old.length).fill(null));
    this.#head = 0;
  }
}
