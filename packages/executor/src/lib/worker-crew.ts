// The queue and the workers of a pool. Owns: which task goes to which worker, starting and replacing workers.
// Must not know: futures, loops, what the threads say to each other.
// HOT: `pnpm bench executor`
import { appLog } from '@typhoon/log';
import { ExecutorError } from './executor-error.ts';
import { TaskQueue } from './task-queue.ts';
import { WorkerHandle } from './worker-handle.ts';
import type { Status } from './messages.ts';
import type { PoolTask } from './pool-task.ts';
import type { WorkerModule, WorkerOwner } from './worker-handle.ts';
import type { StartWorker } from './worker-link.ts';

/** How a crew makes its workers. */
export interface CrewSettings {
  readonly start: StartWorker;
  /** What workers are called, followed by a number. */
  readonly name: string;
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** How long a worker more than `minWorkers` is kept without work. */
  readonly idleTimeoutMs: number;
  /** How long a task that nobody waits for may take to end. */
  readonly cancelGraceMs: number;
  readonly module: WorkerModule | null;
}

/** What a crew tells its pool. */
export interface CrewOwner {
  /** A task has ended; with `status` 2 `value` is what its future fails with. */
  taskDone(task: PoolTask, status: Status, value: unknown): void;
  /** A task that goes on gave an item, or says how far it has come. */
  taskSaid(task: PoolTask, status: Status, value: unknown): void;
  /** All there was to say for now is said: called after `taskDone`, and when a worker is gone. */
  reported(): void;
}

/** How long a task may wait behind another of its worker while a thread is idle. */
const STEAL_AFTER_MS = 2;
/**
 * What a worker is given before the next one gets any, in milliseconds of work. Waking a thread takes about as long; and a
 * message with many tasks costs little more than one with few.
 */
const TOGETHER_MS = 0.1;
/** How long a worker with so little to do may be silent: that, and a message there and back. Then something takes longer. */
const FRESH_MS = 0.3;

/** How long to go on with fewer threads when one could not be started. */
const START_AGAIN_MS = 1000;

/** Does tasks in threads. */
export class WorkerCrew implements WorkerOwner {
  readonly #owner: CrewOwner;
  readonly #settings: CrewSettings;
  readonly #queue = new TaskQueue();
  readonly #workers: WorkerHandle[] = [];
  /** Tasks in the queue that somebody waits for. */
  #queuedCount = 0;
  #startedCount = 0;
  /** No thread is started before this instant on `performance.now()`, unless there is none. */
  #startAgainMs = 0;
  #stealTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(owner: CrewOwner, settings: CrewSettings) {
    this.#owner = owner;
    this.#settings = settings;
  }

  /** How many threads there are. */
  get size(): number {
    return this.#workers.length;
  }

  /** Takes a task; `dispatch` sees to it. */
  add(task: PoolTask): void {
    this.#queue.push(task);
    this.#queuedCount++;
  }

  /** Takes a task back that has not begun; answers whether that was possible. */
  withdraw(task: PoolTask): boolean {
    if (task.worker !== null) return task.worker.recall(task);
    this.#queuedCount--;
    return true;
  }

  /** Has a task that has begun end. */
  interrupt(task: PoolTask): void {
    task.worker?.interrupt(task, this.#settings.cancelGraceMs);
  }

  /** The tasks that workers have. */
  tasksAtWork(): PoolTask[] {
    return this.#workers.flatMap((worker) => worker.tasks());
  }

  /** Gives back all tasks that have not begun. */
  withdrawWaiting(): PoolTask[] {
    const tasks: PoolTask[] = [];
    for (let task = this.#queue.peek(); task !== null; task = this.#queue.peek()) {
      this.#queue.shift();
      tasks.push(task);
    }
    for (const worker of this.#workers) tasks.push(...worker.recallWaiting('all'));
    this.#queuedCount = 0;
    return tasks;
  }

  /** Sends what can be sent. */
  dispatch(): void {
    this.#deal();
    this.#startWorkers();
    this.#stealLater();
    this.#retireLater();
  }

  /** Has all threads end. Only when there are no tasks that somebody waits for. */
  stop(): void {
    this.#isStopped = true;
    for (const worker of this.#workers) worker.stop();
  }

  taskDone(task: PoolTask, status: Status, value: unknown): void {
    this.#owner.taskDone(task, status, value);
  }

  taskSaid(task: PoolTask, status: Status, value: unknown): void {
    this.#owner.taskSaid(task, status, value);
  }

  workerReported(): void {
    this.dispatch();
    this.#owner.reported();
  }

  workerExited(worker: WorkerHandle, exitCode: number, reason: unknown): void {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    const { begun, waiting } = worker.abandon();
    for (const task of begun) {
      // It was ended because it did not end by itself.
      if (task.failure !== null && worker.isStopping) this.#owner.taskDone(task, 3, undefined);
      else {
        const when = ` in the middle of ${task.entry.definition.name}`;
        this.#owner.taskDone(task, 2, exitError(worker, exitCode, when, reason));
      }
    }
    for (const task of waiting.toReversed()) this.#queue.unshift(task);
    this.#queuedCount += waiting.length;
    if (!worker.isStopping && begun.length === 0) {
      const when = worker.isReady ? ' between tasks' : ' before it was ready';
      this.#diedAlone(exitError(worker, exitCode, when, reason), worker.isReady);
    }
    this.dispatch();
    this.#owner.reported();
  }

  /** Until all have enough: a worker whose tasks could not be sent is idle again. */
  #deal(): void {
    while (this.#queue.peek() !== null) {
      this.#dealOnce();
      if (!this.#workers.some((worker) => worker.isIdle)) return;
    }
  }

  /**
   * First to those that will be done sooner than another would wake up, then to each idle one what is worth waking it, then more
   * to each as long as the tasks are short.
   */
  #dealOnce(): void {
    const freshMs = performance.now() - FRESH_MS;
    for (const worker of this.#workers)
      if (worker.taskCount > 0 && worker.lastSignMs >= freshMs) this.#giveTogether(worker);
    for (const worker of this.#workers) if (worker.isIdle) this.#giveTogether(worker);
    let isMoving = true;
    while (isMoving) {
      isMoving = false;
      for (const worker of this.#workers) if (this.#give(worker)) isMoving = true;
    }
    for (const worker of this.#workers) worker.post();
  }

  /** Until it has as much as is worth a message. */
  #giveTogether(worker: WorkerHandle): void {
    while (worker.workMs < TOGETHER_MS && this.#give(worker));
  }

  #give(worker: WorkerHandle): boolean {
    const task = this.#queue.peek();
    if (task === null || !worker.canTake(task)) return false;
    this.#queue.shift();
    this.#queuedCount--;
    worker.assign(task);
    return true;
  }

  /** As many as there are tasks that no worker has, at least the fewest and up to the most allowed. */
  #startWorkers(): void {
    const { start, minWorkers, maxWorkers, name, module } = this.#settings;
    let wanted = this.#queuedCount;
    for (const worker of this.#workers) if (!worker.isReady) wanted--;
    if (!this.#isStopped) wanted = Math.max(wanted, minWorkers - this.#workers.length);
    if (wanted > 0 && this.#workers.length > 0 && performance.now() < this.#startAgainMs) return;
    for (; wanted > 0 && this.#workers.length < maxWorkers; wanted--) {
      const fullName = `${name}-${++this.#startedCount}`;
      try {
        this.#workers.push(new WorkerHandle(this, fullName, start, module));
      } catch (reason) {
        const message = `worker ${fullName} could not start: ${String(reason)}`;
        const error = new ExecutorError('ERR_WORKER_EXITED', message, { cause: reason });
        this.#diedAlone(error, false);
      }
    }
  }

  /** No task is to blame. But where no thread ever starts nobody would do what waits: so each attempt fails a task. */
  #diedAlone(error: ExecutorError, wasReady: boolean): void {
    if (!wasReady) this.#startAgainMs = performance.now() + START_AGAIN_MS;
    const isHopeless = !wasReady && !this.#workers.some((worker) => worker.isReady);
    const task = isHopeless ? this.#queue.peek() : null;
    if (task === null) {
      appLog.error('An executor has lost a thread', error);
      return;
    }
    this.#queue.shift();
    this.#queuedCount--;
    this.#owner.taskDone(task, 2, error);
  }

  /** Looks a little later, while a worker is idle, whether others have tasks that do not get their turn. */
  #stealLater(): void {
    if (this.#stealTimer !== null || !this.#workers.some((worker) => worker.isIdle)) return;
    if (!this.#workers.some((worker) => worker.taskCount > 1)) return;
    this.#stealTimer = setTimeout(() => {
      this.#stealTimer = null;
      this.#steal();
      this.workerReported();
    }, STEAL_AFTER_MS).unref();
  }

  /** Ends workers that have had nothing to do for too long. */
  #retireLater(): void {
    const { minWorkers, idleTimeoutMs } = this.#settings;
    if (idleTimeoutMs === Infinity || this.#idleTimer !== null) return;
    if (this.#workers.length <= minWorkers || !this.#workers.some((one) => one.isIdle)) return;
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = null;
      const beforeMs = performance.now() - idleTimeoutMs;
      let surplus = this.#workers.filter((one) => !one.isStopping).length - minWorkers;
      for (const worker of this.#workers) {
        if (surplus > 0 && worker.isIdle && worker.lastSignMs <= beforeMs) {
          worker.stop();
          surplus--;
        }
      }
      this.#retireLater();
    }, idleTimeoutMs).unref();
  }

  #steal(): void {
    const beforeMs = performance.now() - STEAL_AFTER_MS;
    for (const thief of this.#workers) {
      if (!thief.isIdle) continue;
      let victim: WorkerHandle | null = null;
      for (const worker of this.#workers) {
        if (worker.lastSignMs > beforeMs || worker.taskCount < 2) continue;
        if (victim === null || worker.taskCount > victim.taskCount) victim = worker;
      }
      if (victim === null) return;
      for (const task of victim.recallWaiting('laterHalf')) thief.assign(task);
      thief.post();
    }
  }
}

function exitError(
  worker: WorkerHandle,
  exitCode: number,
  when: string,
  reason: unknown,
): ExecutorError {
  const why = reason instanceof Error ? `: ${reason.message}` : '';
  const message = `worker ${worker.name} exited with code ${exitCode}${when}${why}`;
  const options = reason === undefined ? {} : { cause: reason };
  return new ExecutorError('ERR_WORKER_EXITED', message, options);
}
