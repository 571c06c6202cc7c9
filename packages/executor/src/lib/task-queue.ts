// Tasks that wait: of the highest priority first, then first in, first out; those given back go to the front of their
// priority again. Must not know: why tasks wait.
// HOT: `pnpm bench executor`
import { TaskRing } from './task-ring.ts';
import type { PoolTask } from './pool-task.ts';

interface Level {
  readonly priority: number;
  readonly ring: TaskRing;
}

/** The tasks of a pool that no worker has. */
export class TaskQueue {
  /** The highest priority first. Most pools have one. */
  readonly #levels: Level[] = [];

  /** Adds a task behind those of its priority. */
  push(task: PoolTask): void {
    this.#ringOf(task.priority).push(task);
  }

  /** Puts a task back before those of its priority. */
  unshift(task: PoolTask): void {
    this.#ringOf(task.priority).unshift(task);
  }

  /** The next task that is still wanted, left where it is; those that were cancelled are dropped on the way. */
  peek(): PoolTask | null {
    for (const { ring } of this.#levels) {
      const task = ring.peek();
      if (task !== null) return task;
    }
    return null;
  }

  /** Takes out what `peek` shows. */
  shift(): void {
    for (const { ring } of this.#levels) {
      if (ring.peek() === null) continue;
      ring.shift();
      return;
    }
  }

  #ringOf(priority: number): TaskRing {
    const levels = this.#levels;
    let at = 0;
    for (; at < levels.length; at++) {
      const level = levels[at] as Level;
      if (level.priority === priority) return level.ring;
      if (level.priority < priority) break;
    }
    const ring = new TaskRing();
    levels.splice(at, 0, { priority, ring });
    return ring;
  }
}
