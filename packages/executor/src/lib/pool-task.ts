// One task on its way through a pool. Owns: its future. Must not know: where the task is done.
// HOT: `pnpm bench executor`
import { TaskFuture } from './task-future.ts';
import type { CancelledError, FutureOptions, TimeoutError } from '@typhoon/concurrent';
import type { IOLoop, TimeoutHandle } from '@typhoon/ioloop';
import type { Movable } from './executor.ts';
import type { TaskExtra } from './messages.ts';
import type { CatalogEntry } from './task-catalog.ts';

/** Whose task it is. */
export interface TaskOwner {
  /** Somebody cancels its future; answers whether the owner will settle it later. */
  taskCancelled(task: PoolTask, reason: unknown): boolean;
}

/** Who has a task. */
export interface TaskHolder {
  /** Takes a task back that has not begun; whether there was time for that. */
  recall(task: PoolTask): boolean;
  /** Tells a task that has begun that nobody waits for it any more, and ends its worker if it has not ended in time. */
  interrupt(task: PoolTask, graceMs: number): void;
  /** Says that so many items of a task were read. */
  credit(task: PoolTask, count: number): void;
}

/** What few tasks have. */
export interface TaskDetails {
  readonly extra: TaskExtra | null;
  readonly onProgress: ((progress: unknown) => void) | null;
  /** Takes the items of a task that is streamed. */
  readonly onItem: ((item: unknown) => void) | null;
}

/** A task that was submitted and has not ended. */
export class PoolTask implements FutureOptions {
  readonly entry: CatalogEntry;
  /** Emptied when nobody will send them any more. */
  args: readonly unknown[];
  /** What is moved with the arguments, or null. */
  readonly transfers: readonly Movable[] | null;
  /** Where the future's callbacks run. */
  readonly loop: IOLoop;
  readonly future: TaskFuture;
  readonly details: TaskDetails | null;
  readonly priority: number;
  readonly #owner: TaskOwner;
  /** Who has it, or null while it waits in the queue. */
  worker: TaskHolder | null = null;
  /** Whether the pool is done with it: its future is settled or about to be. */
  isEnded = false;
  /** Its number at that worker. */
  seq = 0;
  /** What that worker counted it as, in milliseconds. */
  loadMs = 0;
  /** How much of that is the task itself. */
  workMs = 0;
  /** Ends it when its deadline is over. */
  timer: TimeoutHandle | null = null;
  /** Why it is to end though it has begun. */
  failure: CancelledError | TimeoutError | null = null;

  constructor(
    entry: CatalogEntry,
    args: readonly unknown[],
    transfers: readonly Movable[] | null,
    loop: IOLoop,
    owner: TaskOwner,
    details: TaskDetails | null = null,
    priority = 0,
  ) {
    this.entry = entry;
    this.args = args;
    this.transfers = transfers;
    this.loop = loop;
    this.#owner = owner;
    this.details = details;
    this.priority = priority;
    this.future = new TaskFuture(this);
  }

  /** For the future. */
  onCancel(reason: unknown): boolean {
    return this.#owner.taskCancelled(this, reason);
  }
}
