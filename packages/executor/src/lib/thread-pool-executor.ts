// The pool as its users see it. Owns: submitting, settling futures on their loops, shutdown.
// Must not know: threads; the crew does.
// HOT: bench/small-tasks.mjs
import { availableParallelism } from 'node:os';
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { ExecutorError } from './executor-error.ts';
import { mapTasks } from './map-tasks.ts';
import { PoolTask } from './pool-task.ts';
import { unpackError } from './remote-error.ts';
import { TaskCatalog } from './task-catalog.ts';
import { takeTransfers } from './transfer.ts';
import { WorkerCrew } from './worker-crew.ts';
import type { ResourceLimits } from 'node:worker_threads';
import type { Flushable } from '@typhoon/ioloop';
import type { Executor, ShutdownOptions, Task } from './executor.ts';
import type { PackedError, Status } from './messages.ts';
import type { CatalogEntry } from './task-catalog.ts';
import type { CrewOwner } from './worker-crew.ts';

/** How to make a pool. */
export interface ThreadPoolExecutorOptions {
  /**
   * Most threads at a time, at least 1. Default: as many as the machine runs at once (`os.availableParallelism()`), for
   * what is worth a thread computes; take more for calls that block without computing.
   */
  readonly maxWorkers?: number;
  /** What threads are called in debuggers and messages, followed by a number. Default `typhoon`. */
  readonly name?: string;
  /** What tasks find as `workerData` of node:worker_threads. Copied to each thread. */
  readonly workerData?: unknown;
  /** Limits of each thread's memory; see node:worker_threads. Default: those of Node.js. */
  readonly resourceLimits?: ResourceLimits;
  /** Node.js options of the threads. Default: those of the process. */
  readonly execArgv?: readonly string[];
}

/** Somebody who waits for the end of a shutdown. */
interface Waiter {
  readonly future: Future<void>;
  readonly loop: IOLoop;
}

const NO_ARGS: readonly unknown[] = [];

/**
 * Does tasks in worker threads, one at a time in each. Threads are started when there is work for them, kept for the
 * next task, and replaced when they die. They keep the process alive only while somebody waits for a task.
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { ThreadPoolExecutor } from '@typhoon/executor'
 *
 * const pool = new ThreadPoolExecutor()
 * const fib = (n: number): number => {
 *   const count = (n: number): number => (n < 2 ? n : count(n - 1) + count(n - 2))
 *   return count(n)
 * }
 * assert.equal(await pool.submit(fib, 20), 6765)
 * ```
 */
export class ThreadPoolExecutor implements Executor, AsyncDisposable {
  readonly #crew: WorkerCrew;
  readonly #catalog = new TaskCatalog();
  readonly #cancelTask: (task: PoolTask) => void;
  readonly #flushable: Flushable;
  readonly #waiters: Waiter[] = [];
  /** Tasks that have not ended. */
  #pending = 0;
  #isFlushComing = false;
  #isShutdown = false;
  /** The loop that was entered to settle futures. */
  #entered: IOLoop | null = null;

  /** @throws RangeError when `maxWorkers` is not a whole number of at least 1. */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    const maxWorkers = options.maxWorkers ?? availableParallelism();
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new RangeError(`maxWorkers is a whole number of at least 1, not ${maxWorkers}`);
    }
    const owner: CrewOwner = {
      taskDone: (task, status, value) => {
        this.#settle(task, status, value);
      },
      reported: () => {
        this.#finishShutdown();
        this.#leave();
      },
    };
    const { name = 'typhoon', workerData, resourceLimits, execArgv } = options;
    this.#crew = new WorkerCrew(owner, { maxWorkers, name, workerData, resourceLimits, execArgv });
    this.#flushable = {
      flush: () => {
        this.#isFlushComing = false;
        this.#crew.dispatch();
        owner.reported();
      },
    };
    this.#cancelTask = (task) => {
      this.#cancel(task);
    };
  }

  /** How many threads there are. */
  get workerCount(): number {
    return this.#crew.size;
  }

  /** How many tasks have not ended. */
  get pendingCount(): number {
    return this.#pending;
  }

  /**
   * Has `task(...args)` done in a thread. A function is sent as text: it must not use anything of what is around it.
   * Arguments and result are copied (see `transfer`), the arguments when the task is sent: do not change them meanwhile.
   *
   * The future fails with what the task threw, or ExecutorError of any `code`, or TypeError when `task` is none.
   * Cancelling it takes the task back if it has not begun. One that has begun runs on, and its result is dropped.
   */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R> {
    if (this.#isShutdown) return Future.rejected(shutdownError());
    let entry: CatalogEntry;
    try {
      entry = this.#catalog.find(task);
    } catch (error) {
      return Future.rejected(error);
    }
    const loop = IOLoop.current();
    const made = new PoolTask(entry, args, takeTransfers(args), loop, this.#cancelTask);
    this.#crew.add(made);
    this.#pending++;
    this.#dispatchSoon(loop);
    return made.future as Future<R>;
  }

  /**
   * Submits `task(item)` for each item at once and gives a future of the results in the order of the items.
   * It fails with the first error there is; tasks that have not begun are cancelled then, and when it is cancelled.
   */
  map<T, R>(task: Task<[item: T], R>, items: Iterable<T>): Future<R[]> {
    return mapTasks((item) => this.submit(task, item), items);
  }

  /**
   * Takes no more tasks: `submit` fails with ExecutorError `ERR_EXECUTOR_SHUTDOWN`. Threads end when the tasks have;
   * one whose task was cancelled in the middle ends at once.
   */
  shutdown(options: ShutdownOptions = {}): Future<void> {
    this.#isShutdown = true;
    if (options.cancelPending === true) {
      for (const task of this.#crew.withdrawWaiting()) {
        this.#end(task);
        task.future.cancel();
      }
    }
    const loop = IOLoop.current();
    const future = new Future<void>();
    if (options.wait === false) future.setResult(undefined);
    else this.#waiters.push({ future, loop });
    this.#dispatchSoon(loop);
    return future;
  }

  /** `await using`: waits for the tasks that there are. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** At the end of the present event: what is submitted together is sent together. */
  #dispatchSoon(loop: IOLoop): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    loop.addFlush(this.#flushable);
  }

  #settle(task: PoolTask, status: Status, value: unknown): void {
    if (task.isEnded) return;
    this.#end(task);
    const { future, loop, entry } = task;
    if (future.done()) return;
    this.#enter(loop);
    if (status === 0) future.setResult(value);
    else if (status === 1) future.setException(unpackError(value as PackedError, entry.definition));
    else future.setException(value);
  }

  #cancel(task: PoolTask): void {
    if (task.isEnded) return;
    this.#crew.withdraw(task);
    this.#end(task);
    this.#dispatchSoon(task.loop);
  }

  #end(task: PoolTask): void {
    task.isEnded = true;
    task.args = NO_ARGS;
    this.#pending--;
  }

  #finishShutdown(): void {
    if (!this.#isShutdown || this.#pending > 0) return;
    this.#crew.stop();
    if (this.#crew.size > 0) return;
    for (const { future, loop } of this.#waiters.splice(0)) {
      this.#enter(loop);
      if (!future.done()) future.setResult(undefined);
    }
  }

  /** Futures are settled inside an event of their loop; one event for all that a worker tells at a time. */
  #enter(loop: IOLoop): void {
    if (this.#entered === loop) return;
    this.#leave();
    this.#entered = loop;
    loop.enter();
  }

  #leave(): void {
    const loop = this.#entered;
    this.#entered = null;
    loop?.exit();
  }
}

function shutdownError(): ExecutorError {
  return new ExecutorError(
    'ERR_EXECUTOR_SHUTDOWN',
    'the executor was shut down and takes no tasks',
  );
}
