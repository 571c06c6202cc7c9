// One task on its way through a pool. Owns: its future. Must not know: where the task is done.
// HOT: bench/small-tasks.mjs
import { Future } from '@typhoon/concurrent';
import type { IOLoop } from '@typhoon/ioloop';
import type { Movable } from './executor.ts';
import type { CatalogEntry } from './task-catalog.ts';

/** Who has a task. */
export interface TaskHolder {
  /** Takes a task back that has not begun; whether there was time for that. */
  recall(task: PoolTask): boolean;
  /** Nobody waits any more for a task that has begun. */
  drop(): void;
}

/** A task that was submitted and has not ended. */
export class PoolTask {
  readonly entry: CatalogEntry;
  /** Emptied when nobody will send them any more. */
  args: readonly unknown[];
  /** What is moved with the arguments, or null. */
  readonly transfers: readonly Movable[] | null;
  /** Where the future's callbacks run. */
  readonly loop: IOLoop;
  readonly future: Future<unknown>;
  /** Who has it, or null while it waits in the queue. */
  worker: TaskHolder | null = null;
  /** Whether the pool is done with it: its future is settled or about to be. */
  isEnded = false;
  /** Its number at that worker. */
  seq = 0;
  /** What that worker counted it as, in milliseconds. */
  loadMs = 0;

  constructor(
    entry: CatalogEntry,
    args: readonly unknown[],
    transfers: readonly Movable[] | null,
    loop: IOLoop,
    onCancel: (task: PoolTask) => void,
  ) {
    this.entry = entry;
    this.args = args;
    this.transfers = transfers;
    this.loop = loop;
    this.future = new Future<unknown>({
      onCancel: () => {
        onCancel(this);
        return undefined;
      },
    });
  }
}
