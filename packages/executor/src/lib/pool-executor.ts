// A pool as its users see it, whatever its workers are. Owns: submitting, settling futures on their loops, deadlines, shutdown.
// Must not know: threads and processes; the crew does.
// HOT: `pnpm bench executor`
import { availableParallelism } from 'node:os';
import {
  CancelledError,
  currentDeadlineMs,
  Future,
  TimeoutError,
  withSignal,
} from '@typhoon/concurrent';
import { IOLoop, systemClock } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { bindModule } from './bound-module.ts';
import { ExecutorError } from './executor-error.ts';
import { mapTasks } from './map-tasks.ts';
import { absoluteUrl } from './module-task.ts';
import { PoolTask } from './pool-task.ts';
import { unpackError } from './remote-error.ts';
import { TaskCatalog } from './task-catalog.ts';
import { TaskStream } from './task-stream.ts';
import { takeTransfers } from './transfer.ts';
import { locateModule } from './typescript-module.ts';
import { WorkerCrew } from './worker-crew.ts';
import type { Flushable } from '@typhoon/ioloop';
import type { PoolModule } from './bound-module.ts';
import type { Executor, ShutdownOptions, Task, TaskOptions } from './executor.ts';
import type { PackedError, Status, TaskExtra } from './messages.ts';
import type { TaskDetails, TaskOwner } from './pool-task.ts';
import type { StreamableTask, StreamOptions } from './task-stream.ts';
import type { CrewOwner } from './worker-crew.ts';
import type { StartWorker } from './worker-link.ts';

/** How to make a pool of whichever workers. */
export interface PoolOptions {
  /**
   * Most workers at a time, at least 1. Default: as many as the machine runs at once (`os.availableParallelism()`), for
   * what is worth a worker computes; take more for calls that block without computing.
   */
  readonly maxWorkers?: number;
  /** Fewest workers: so many are started with the pool and kept. Default 0. */
  readonly minWorkers?: number;
  /** How long a worker more than `minWorkers` is kept without work, in milliseconds. Default: until the shutdown. */
  readonly idleTimeoutMs?: number;
  /**
   * How long a task that was cancelled may take to end before its worker is ended, in milliseconds. `Infinity`: as long as it
   * likes. Default 1000.
   */
  readonly cancelGraceMs?: number;
  /** What workers are called in debuggers and messages, followed by a number. Default `typhoon`. */
  readonly name?: string;
  /**
   * A module that each worker loads first. Of its exports `setup()` is called and awaited before the first task, `teardown()`
   * before the worker ends in peace, and `around(context, call)` has to `call()` each task and give what that gives.
   */
  readonly workerModule?: URL | string;
  /**
   * What of the caller's context goes along with each task, by name: an AsyncLocalStorage, or whatever else has `getStore()`.
   * Tasks find it as `this.carried`. Values are copied.
   */
  readonly carry?: Readonly<Record<string, { getStore(): unknown }>>;
}

/** Somebody who waits for the end of a shutdown. */
interface Waiter {
  readonly future: Future<void>;
  readonly loop: IOLoop;
}

/** Who takes the items of a task, and how many unread ones. */
interface ItemSink {
  readonly onItem: (item: unknown) => void;
  readonly window: number;
}

const NO_ARGS: readonly unknown[] = [];
const NO_OPTIONS: TaskOptions = {};

/** What the pools of threads and of processes have in common. */
export abstract class PoolExecutor implements Executor, AsyncDisposable, TaskOwner {
  readonly #crew: WorkerCrew;
  readonly #catalog: TaskCatalog;
  readonly #flushable: Flushable;
  readonly #waiters: Waiter[] = [];
  readonly #carry: readonly (readonly [string, { getStore(): unknown }])[];
  /** Tasks that have not ended. */
  #pending = 0;
  #isFlushComing = false;
  #isShutdown = false;
  /** The loop that was entered to settle futures. */
  #entered: IOLoop | null = null;

  /** @throws RangeError when `maxWorkers` or `minWorkers` is not a whole number in its range. */
  constructor(options: PoolOptions, start: StartWorker) {
    const maxWorkers = options.maxWorkers ?? availableParallelism();
    const minWorkers = options.minWorkers ?? 0;
    if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
      throw new RangeError(`maxWorkers is a whole number of at least 1, not ${maxWorkers}`);
    }
    if (!Number.isInteger(minWorkers) || minWorkers < 0 || minWorkers > maxWorkers) {
      throw new RangeError(
        `minWorkers is a whole number of at most ${maxWorkers}, not ${minWorkers}`,
      );
    }
    const owner: CrewOwner = {
      taskDone: (task, status, value) => {
        this.#settle(task, status, value);
      },
      taskSaid: (task, status, value) => {
        this.#tell(task, status, value);
      },
      reported: () => {
        this.#finishShutdown();
        this.#leave();
      },
    };
    const { idleTimeoutMs = Infinity, cancelGraceMs = 1000, name = 'typhoon' } = options;
    const { workerModule, carry = {} } = options;
    this.#catalog = new TaskCatalog(workerModule !== undefined);
    const module = workerModule === undefined ? null : locateModule(absoluteUrl(workerModule));
    this.#crew = new WorkerCrew(owner, {
      start,
      name,
      minWorkers,
      maxWorkers,
      idleTimeoutMs,
      cancelGraceMs,
      module,
    });
    this.#carry = Object.entries(carry);
    this.#flushable = {
      flush: () => {
        this.#isFlushComing = false;
        this.#crew.dispatch();
        owner.reported();
      },
    };
    if (minWorkers > 0) this.#dispatchSoon(IOLoop.current());
  }

  /** How many workers there are. */
  get workerCount(): number {
    return this.#crew.size;
  }

  /** How many tasks have not ended. */
  get pendingCount(): number {
    return this.#pending;
  }

  /**
   * Has `task(...args)` done in a worker. A function is sent as text: it must not use anything of what is around it.
   * Arguments and result are copied (see `transfer`), the arguments when the task is sent: do not change them meanwhile.
   *
   * The future fails with what the task threw, or ExecutorError of any `code`, or TypeError when `task` is none.
   * Cancelling it takes the task back if it has not begun. If it has, its `signal` aborts, and the future is cancelled when the
   * task has ended; a task that takes longer than `cancelGraceMs` for that ends with its worker.
   */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R> {
    return this.#start(task, args, NO_OPTIONS);
  }

  /** As `submit`, with options. */
  run<A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options: TaskOptions = NO_OPTIONS,
  ): Future<R> {
    return withSignal(options.signal, () => this.#start(task, args, options));
  }

  /**
   * Has a generator function, or another task that gives something to iterate, done in a worker, and gives its items as they come.
   * The task goes on while fewer than `highWaterMark` items are unread. It begins at once, and has its worker until it has ended:
   * read all, or leave the loop, or `cancel()`.
   */
  stream<A extends unknown[], T>(
    task: StreamableTask<A, T>,
    args: A,
    options: StreamOptions = {},
  ): TaskStream<T> {
    return new TaskStream<T>(options.highWaterMark, (onItem, window) => {
      let added: PoolTask | null = null;
      const begin = (): Future<unknown> => {
        try {
          added = this.#add(task, args, options, { onItem, window });
          return added.future;
        } catch (error) {
          return Future.rejected(error);
        }
      };
      return {
        future: withSignal(options.signal, begin),
        credit: (count) => added?.worker?.credit(added, count),
      };
    });
  }

  /** The functions that a module exports, as functions that have a worker do them; see `moduleTasks`. */
  bind<Module extends object>(url: URL | string, options?: TaskOptions): PoolModule<Module> {
    return bindModule<Module>(this, url, options) as PoolModule<Module>;
  }

  /**
   * Submits `task(item)` for each item at once and gives a future of the results in the order of the items.
   * It fails with the first error there is; the other tasks are cancelled then, and when it is cancelled.
   */
  map<T, R>(task: Task<[item: T], R>, items: Iterable<T>): Future<R[]> {
    return mapTasks((item) => this.submit(task, item), items);
  }

  /**
   * Takes no more tasks: `submit` fails with ExecutorError `ERR_EXECUTOR_SHUTDOWN`. Workers end when the tasks have.
   */
  shutdown(options: ShutdownOptions = {}): Future<void> {
    this.#isShutdown = true;
    if (options.cancelPending === true || options.cancel === true) {
      for (const task of this.#crew.withdrawWaiting()) {
        this.#end(task);
        task.future.cancel();
      }
    }
    if (options.cancel === true) {
      for (const task of this.#crew.tasksAtWork()) task.future.cancel();
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

  /** For the tasks. */
  taskCancelled(task: PoolTask, reason: unknown): boolean {
    if (task.isEnded) return false;
    if (this.#crew.withdraw(task)) {
      this.#end(task);
      this.#dispatchSoon(task.loop);
      return false;
    }
    if (task.failure === null) {
      task.failure =
        reason instanceof CancelledError
          ? reason
          : new CancelledError(undefined, reason === undefined ? {} : { cause: reason });
      this.#crew.interrupt(task);
    }
    return true;
  }

  #start<R>(task: unknown, args: readonly unknown[], options: TaskOptions): Future<R> {
    try {
      return this.#add(task, args, options, null).future as Future<R>;
    } catch (error) {
      return Future.rejected(error);
    }
  }

  #add(
    task: unknown,
    args: readonly unknown[],
    options: TaskOptions,
    items: ItemSink | null,
  ): PoolTask {
    if (this.#isShutdown) throw shutdownError();
    const entry = this.#catalog.find(task, items !== null);
    const loop = IOLoop.current();
    const moved = takeTransfers(args, options.transfer);
    const deadlineMs = deadlineOf(options, loop);
    const isPlain = options === NO_OPTIONS && items === null && this.#carry.length === 0;
    const details =
      isPlain && deadlineMs === Infinity ? null : this.#detailsOf(options, items, deadlineMs, loop);
    const made = new PoolTask(entry, args, moved, loop, this, details, options.priority);
    if (deadlineMs !== Infinity) this.#expireAt(made, deadlineMs);
    this.#crew.add(made);
    this.#pending++;
    this.#dispatchSoon(loop);
    return made;
  }

  #detailsOf(
    options: TaskOptions,
    items: ItemSink | null,
    deadlineMs: number,
    loop: IOLoop,
  ): TaskDetails {
    const { onProgress = null } = options;
    const carried: Record<string, unknown> = {};
    for (const [key, storage] of this.#carry) carried[key] = storage.getStore();
    const extra: TaskExtra = {
      // The loop's clock may be a test's; the worker's is the system's.
      ...(deadlineMs === Infinity
        ? {}
        : { deadlineMs: systemClock.now() + deadlineMs - loop.time() }),
      ...(this.#carry.length === 0 ? {} : { carried }),
      ...(items === null ? {} : { window: items.window }),
    };
    return { extra, onProgress, onItem: items?.onItem ?? null };
  }

  /** @throws TimeoutError when that is over already. */
  #expireAt(task: PoolTask, deadlineMs: number): void {
    const { loop, entry } = task;
    const failure = (): TimeoutError =>
      new TimeoutError(`${entry.definition.name} was not done by its deadline`);
    if (deadlineMs <= loop.time()) throw failure();
    task.timer = loop.callAt(deadlineMs, () => {
      if (task.isEnded || task.failure !== null) return;
      if (this.#crew.withdraw(task)) {
        this.#end(task);
        task.future.setException(failure());
        this.#dispatchSoon(loop);
      } else {
        task.failure = failure();
        this.#crew.interrupt(task);
      }
    });
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
    const { future, loop, entry, failure } = task;
    if (future.done()) return;
    this.#enter(loop);
    if (status === 0 && !(failure instanceof CancelledError)) {
      future.setResult(value);
      return;
    }
    const error = status === 1 ? unpackError(value as PackedError, entry.definition) : value;
    if (failure instanceof CancelledError) {
      if (status === 0 || status === 3) future.setCancelled(failure);
      else {
        appLog.error('Exception in a cancelled task', error);
        future.setCancelled(new CancelledError(undefined, { cause: error }));
      }
    } else if (failure !== null || status === 3) {
      const { message } = failure ?? new TimeoutError('the deadline of the task is over');
      future.setException(new TimeoutError(message, status === 3 ? {} : { cause: error }));
    } else future.setException(error);
  }

  #tell({ details, loop }: PoolTask, status: Status, value: unknown): void {
    const listener = status === 4 ? details?.onItem : details?.onProgress;
    if (listener === undefined || listener === null) return;
    this.#enter(loop);
    try {
      listener(value);
    } catch (error) {
      loop.handleCallbackException(listener, error);
    }
  }

  #end(task: PoolTask): void {
    task.isEnded = true;
    task.args = NO_ARGS;
    if (task.timer !== null) task.loop.removeTimeout(task.timer);
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

/** The one that is given, or the one of the work under way, if that is nearer. */
function deadlineOf({ deadline }: TaskOptions, loop: IOLoop): number {
  if (deadline === null) return Infinity;
  const aroundMs = currentDeadlineMs();
  return deadline === undefined ? aroundMs : Math.min(aroundMs, loop.deadline(deadline));
}

function shutdownError(): ExecutorError {
  return new ExecutorError(
    'ERR_EXECUTOR_SHUTDOWN',
    'the executor was shut down and takes no tasks',
  );
}
