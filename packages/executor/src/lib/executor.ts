// What every executor is: the seam between who has work and what does it. A pool of threads is one, a queue on other
// machines can be another. Owns: the contract and what a task is. Must not know: threads.
import type { FileHandle } from 'node:fs/promises';
import type { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import type { MessagePort } from 'node:worker_threads';
import type { Future } from '@typhoon/concurrent';
import type { ModuleTask } from './module-task.ts';

/** An object that can be moved to another thread instead of being copied. Shared memory may be named; it is shared anyway. */
export type Movable =
  ArrayBufferLike | MessagePort | FileHandle | ReadableStream | WritableStream | TransformStream;

/** What `this` is in a task. Everything else asked of `this` is ExecutorError `ERR_TASK_NOT_SELF_CONTAINED`. */
export interface TaskContext {
  /** Moves the objects of `list` to the caller instead of copying them when `value` is the task's result. */
  transfer<T extends object>(value: T, list: readonly Movable[]): T;
}

/** A function that makes sense without what is around it: it uses its arguments and globals alone. */
export type TaskFunction<A extends unknown[], R> = (
  this: TaskContext,
  ...args: A
) => R | PromiseLike<R>;

/** What can be submitted: a self-contained function, or the export of a module. */
export type Task<A extends unknown[], R> = TaskFunction<A, R> | ModuleTask<A, R>;

/** How to end an executor. */
export interface ShutdownOptions {
  /** Settle the answer only when all tasks have ended and all that was held is given back. Default true. */
  readonly wait?: boolean;
  /** Cancel the tasks that no one has begun. Default false: they are still done. */
  readonly cancelPending?: boolean;
}

/** Takes tasks, does them somewhere else, and gives futures of their results. */
export interface Executor {
  /**
   * Has `task(...args)` done. Never throws: whatever is wrong is what the future fails with.
   * Cancelling the future takes the task back if no one has begun it, and drops its result otherwise.
   */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R>;
  /** Takes no more tasks. Harmless when done twice. */
  shutdown(options?: ShutdownOptions): Future<void>;
}
