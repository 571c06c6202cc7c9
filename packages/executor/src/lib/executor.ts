// What every executor is: the seam between who has work and what does it. A pool of threads is one, a queue on other
// machines can be another. Owns: the contract and what a task is. Must not know: threads.
import type { FileHandle } from 'node:fs/promises';
import type { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import type { MessagePort } from 'node:worker_threads';
import type { Future } from '@typhoon/concurrent';
import type { Timeout } from '@typhoon/ioloop';
import type { ModuleTask } from './module-task.ts';

/** An object that can be moved to another thread instead of being copied. Shared memory may be named; it is shared anyway. */
export type Movable =
  ArrayBufferLike | MessagePort | FileHandle | ReadableStream | WritableStream | TransformStream;

/** What `this` is in a task. Everything else asked of `this` is ExecutorError `ERR_TASK_NOT_SELF_CONTAINED`. */
export interface TaskContext {
  /**
   * Aborts when nobody waits for the task any more or its deadline is over; the reason says which, by `name` and `code`. A task
   * that never waits can ask as well: `aborted` and `throwIfAborted` look for themselves.
   */
  readonly signal: AbortSignal;
  /** When the task has to be done, in milliseconds since the epoch; null when it has no deadline. */
  readonly deadlineMs: number | null;
  /** What the executor's option `carry` gave where the task was submitted. */
  readonly carried: Readonly<Record<string, unknown>>;
  /** Tells who submitted the task how far it has come; see `TaskOptions.onProgress`. It is copied. */
  progress(value: unknown): void;
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

/** How to have a task done. */
export interface TaskOptions {
  /** Cancels the task when it aborts; its reason is the `cause` of the CancelledError. */
  readonly signal?: AbortSignal | null;
  /** Tasks of a higher one begin before those of a lower one that wait. Any number, default 0. */
  readonly priority?: number;
  /**
   * When it has to be done: in so many milliseconds, or at an instant `{ at }` on `IOLoop.time()`. After that it does not begin;
   * if it has, it is cancelled. The future fails with TimeoutError `ERR_TIMEOUT`, unless there is a result all the same. The
   * deadline of the work under way (`withDeadline` of @typhoon/concurrent), a request being served for one, counts as well if
   * it is nearer. Null: there is none, whatever is around it.
   */
  readonly deadline?: Timeout | null;
  /** Objects in the arguments to move instead of copying; see `transfer`. */
  readonly transfer?: readonly Movable[];
  /** Called with what the task gives to `this.progress`, on the loop. */
  readonly onProgress?: (progress: unknown) => void;
}

/** How to end an executor. */
export interface ShutdownOptions {
  /** Settle the answer only when all tasks have ended and all that was held is given back. Default true. */
  readonly wait?: boolean;
  /** Cancel the tasks that no one has begun. Default false: they are still done. */
  readonly cancelPending?: boolean;
  /** Cancel all tasks, those that have begun through their signal. Default false. */
  readonly cancel?: boolean;
}

/** Takes tasks, does them somewhere else, and gives futures of their results. */
export interface Executor {
  /**
   * Has `task(...args)` done. Never throws: whatever is wrong is what the future fails with.
   * Cancelling the future takes the task back if no one has begun it. Otherwise the task's `signal` aborts, and the future is
   * cancelled when the task has ended, its `finally` blocks included.
   */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R>;
  /** The same with options. */
  run<A extends unknown[], R>(task: Task<A, R>, args: A, options?: TaskOptions): Future<R>;
  /** Takes no more tasks. Harmless when done twice. */
  shutdown(options?: ShutdownOptions): Future<void>;
}
