// The end of the queue where work comes from. Owns: jobs that somebody waits for, and how each ends.
// Must not know: what does them.
//
// Redis may go away at any time, and nothing is lost by that. What is asked of it meanwhile waits; a job has its number from
// us, so that asking twice makes one job; and when Redis is back, every job that somebody waits for is looked at: its end may
// have been told to nobody, and one that is not there any more is added again.
import { createHash, randomUUID } from 'node:crypto';
import {
  CancelledError,
  currentDeadlineMs,
  Future,
  TimeoutError,
  withSignal,
} from '@typhoon/concurrent';
import { bindModule, ExecutorError, ModuleTask, moduleTasks } from '@typhoon/executor';
import { rebuildError } from '@typhoon/executor/remote';
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { Queue, QueueEvents } from 'bullmq';
import { cancelChannel, cancelKey, connect } from './queue-place.ts';
import { decode, encode } from './wire.ts';
import type { BoundModule, Executor, ShutdownOptions, Task, TaskOptions } from '@typhoon/executor';
import type { PackedError } from '@typhoon/executor/remote';
import type { TimeoutHandle } from '@typhoon/ioloop';
import type { JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobData, QueuePlace } from './queue-place.ts';

/** How to reach workers elsewhere. */
export interface BullExecutorOptions extends QueuePlace {
  /** How often a task is tried, if it fails with an error of its own or its worker dies. Default 3. */
  readonly attempts?: number;
  /** How long the first pause between two tries is, in milliseconds; each next one is twice as long. Default 1000. */
  readonly backoffMs?: number;
  /** How long Redis keeps what has ended, and a `key` counts, in milliseconds. Default an hour. */
  readonly keepMs?: number;
}

/** How to have a task done. */
export interface BullTaskOptions extends TaskOptions {
  /** Tasks with the same key are one task, and have the same end. */
  readonly key?: string;
  /** How often it is tried. Default: the executor's. */
  readonly attempts?: number;
}

/** Somebody who waits for a job. */
interface Wait {
  readonly id: string;
  readonly name: string;
  readonly data: JobData;
  readonly options: JobsOptions;
  readonly future: Future<unknown>;
  readonly loop: IOLoop;
  readonly onProgress: ((progress: unknown) => void) | null;
  timer: TimeoutHandle | null;
  /** Why it is to end before its time. */
  failure: CancelledError | TimeoutError | null;
}

const HIGHEST_PRIORITY = 2 ** 20;

/**
 * Has the exports of modules done by other processes, on this machine or others (`BullTaskWorker`), through BullMQ on Redis. A task is
 * done at least once: again, if its worker dies in the middle. The future has its result or error as from any executor.
 */
export class BullExecutor implements Executor, AsyncDisposable {
  readonly #options: BullExecutorOptions;
  readonly #redis: Redis;
  /** Waits for events. */
  readonly #listener: Redis;
  readonly #queue: Queue<JobData>;
  readonly #moduleNames: ReadonlyMap<string, string>;
  readonly #waits = new Map<string, Set<Wait>>();
  readonly #listening: Promise<QueueEvents>;
  readonly #idle: (() => void)[] = [];
  #isShutdown = false;

  constructor(options: BullExecutorOptions) {
    this.#options = options;
    this.#redis = connect(options);
    this.#listener = this.#redis.duplicate();
    this.#listener.on('error', ignore);
    this.#queue = new Queue<JobData>(options.queue, { connection: this.#redis });
    this.#queue.on('error', ignore);
    this.#moduleNames = new Map(
      Object.entries(options.modules).map(([name, url]) => [urlOf(url), name]),
    );
    this.#listening = this.#listen();
    this.#redis.on('ready', () => {
      for (const id of this.#waits.keys()) void this.#look(id);
    });
  }

  /** As `run`. */
  submit<A extends unknown[], R>(task: Task<A, R>, ...args: A): Future<R> {
    return this.run(task, args);
  }

  /**
   * Has the export of one of `modules` done elsewhere. The future fails with what it threw in the last try, TimeoutError, or
   * ExecutorError: `ERR_TASK_NOT_FOUND` for what is no export of these modules, `ERR_TASK_NOT_CLONEABLE`, `ERR_WORKER_EXITED` when
   * workers die over it again and again, `ERR_EXECUTOR_SHUTDOWN`.
   */
  run<A extends unknown[], R>(task: Task<A, R>, args: A, options: BullTaskOptions = {}): Future<R> {
    return withSignal(options.signal, () => {
      try {
        return this.#add(task, args, options) as Future<R>;
      } catch (error) {
        return Future.rejected(error);
      }
    });
  }

  /** The functions that a module exports, as functions that a worker elsewhere does. */
  bind<Module extends object>(url: URL | string, options?: BullTaskOptions): BoundModule<Module> {
    return bindModule<Module>(this, url, options);
  }

  /**
   * Takes no more tasks. With `{ cancel: true }` or `{ cancelPending: true }` those there are are cancelled; without `wait` they go on, and
   * nobody here hears of their end.
   */
  shutdown(options: ShutdownOptions = {}): Future<void> {
    this.#isShutdown = true;
    if (options.cancel === true || options.cancelPending === true) {
      for (const waits of [...this.#waits.values()]) {
        for (const { future } of [...waits]) future.cancel();
      }
    }
    return Future.from(this.#close(options.wait !== false));
  }

  /** `await using`: waits for the tasks that there are. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #close(isPatient: boolean): Promise<void> {
    if (isPatient && this.#waits.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    }
    this.#waits.clear();
    await (await this.#listening).close();
    await this.#queue.close();
    this.#listener.disconnect();
    this.#redis.disconnect();
  }

  #add(task: unknown, args: unknown[], options: BullTaskOptions): Future<unknown> {
    if (this.#isShutdown) {
      const message = 'the executor was shut down and takes no tasks';
      throw new ExecutorError('ERR_EXECUTOR_SHUTDOWN', message);
    }
    const loop = IOLoop.current();
    const { module, exportName } = this.#nameOf(task);
    const { deadline, priority = 0, key } = options;
    const givenMs =
      deadline === undefined || deadline === null ? Infinity : loop.deadline(deadline);
    const deadlineMs = deadline === null ? Infinity : Math.min(givenMs, currentDeadlineMs());
    const leftMs = deadlineMs - loop.time();
    const { attempts = 3, backoffMs = 1000, keepMs = 3_600_000 } = this.#options;
    const id = key === undefined ? randomUUID() : createHash('sha256').update(key).digest('hex');
    const keep = { age: Math.ceil(keepMs / 1000) };
    const wait: Wait = {
      id,
      name: exportName,
      data: {
        module,
        args: encodeArgs(args, exportName),
        deadlineMs: leftMs === Infinity ? null : Date.now() + leftMs,
      },
      options: {
        jobId: id,
        attempts: options.attempts ?? attempts,
        backoff: { type: 'exponential', delay: backoffMs, jitter: 0.2 },
        // BullMQ's lower numbers go first, and those without one before all.
        priority: Math.min(
          Math.max(HIGHEST_PRIORITY - Math.round(priority), 1),
          2 * HIGHEST_PRIORITY,
        ),
        removeOnComplete: keep,
        removeOnFail: keep,
      },
      future: new Future<unknown>({ onCancel: (reason) => this.#giveUp(wait, reason) }),
      loop,
      onProgress: options.onProgress ?? null,
      timer: null,
      failure: null,
    };
    if (leftMs !== Infinity) {
      wait.timer = loop.callAt(deadlineMs, () => {
        this.#giveUp(wait, new TimeoutError(`${exportName} was not done by its deadline`));
      });
    }
    const waits = this.#waits.get(id) ?? new Set();
    this.#waits.set(id, waits.add(wait));
    void this.#send(wait, key !== undefined);
    return wait.future;
  }

  #nameOf(task: unknown): { readonly module: string; readonly exportName: string } {
    if (task instanceof ModuleTask) {
      const { url, exportName } = task as { readonly url: string; readonly exportName: string };
      const module = this.#moduleNames.get(url);
      if (module !== undefined) return { module, exportName };
    }
    const message = 'only exports of the modules that the executor was given are done elsewhere';
    throw new ExecutorError('ERR_TASK_NOT_FOUND', message);
  }

  async #send(wait: Wait, mayBeThere: boolean): Promise<void> {
    try {
      await this.#listening;
      await this.#queue.add(wait.name, wait.data, wait.options);
      if (mayBeThere) await this.#look(wait.id);
    } catch (error) {
      this.#settle(wait, () => {
        wait.future.setException(error);
      });
    }
  }

  /** Begins with the event after the last one that there was before any job of ours. */
  async #listen(): Promise<QueueEvents> {
    const { queue } = this.#options;
    const key = this.#queue.toKey('events');
    const [last] = await this.#redis.xrevrange(key, '+', '-', 'COUNT', 1);
    const events = new QueueEvents(queue, {
      connection: this.#listener,
      lastEventId: last?.[0] ?? '0-0',
      blockingTimeout: 2000,
    });
    events.on('error', ignore);
    events.on('completed', ({ jobId, returnvalue }) => {
      this.#completed(jobId, returnvalue);
    });
    events.on('failed', ({ jobId }) => {
      if (this.#waits.has(jobId)) void this.#look(jobId);
    });
    events.on('progress', ({ jobId, data }) => {
      for (const { loop, onProgress } of this.#waits.get(jobId) ?? []) {
        if (onProgress !== null) loop.addCallback(onProgress, decode(data as string));
      }
    });
    return events;
  }

  /** What a job has come to: its end may have been told while nobody listened. */
  async #look(id: string): Promise<void> {
    try {
      const job = await this.#queue.getJob(id);
      const waits = this.#waits.get(id);
      if (waits === undefined) return;
      if (job === undefined) {
        for (const { name, data, options, failure } of waits) {
          if (failure === null) await this.#queue.add(name, data, options);
        }
        return;
      }
      if (await job.isCompleted()) this.#completed(id, job.returnvalue);
      else if (await job.isFailed()) this.#failed(id, job.data, job.failedReason);
    } catch (error) {
      if (!this.#redis.status.startsWith('end')) appLog.error('Looking at a job failed', error);
    }
  }

  #completed(id: string, value: unknown): void {
    for (const wait of [...(this.#waits.get(id) ?? [])]) {
      this.#settle(wait, () => {
        if (wait.failure instanceof CancelledError) wait.future.setCancelled(wait.failure);
        else wait.future.setResult(decode(String(value)));
      });
    }
  }

  #failed(id: string, { error }: JobData, reason: string): void {
    for (const wait of [...(this.#waits.get(id) ?? [])]) {
      this.#settle(wait, () => {
        const { failure, future } = wait;
        if (failure instanceof CancelledError) future.setCancelled(failure);
        else if (failure !== null) future.setException(failure);
        else if (error === undefined) {
          future.setException(new ExecutorError('ERR_WORKER_EXITED', `${wait.name}: ${reason}`));
        } else future.setException(errorOf(decode(error)));
      });
    }
  }

  /** Cancelled, or too late: the job is taken back if no worker has it, else its worker is told. */
  #giveUp(wait: Wait, reason: unknown): boolean {
    if (wait.failure !== null) return true;
    wait.failure =
      reason instanceof TimeoutError || reason instanceof CancelledError
        ? reason
        : new CancelledError(undefined, reason === undefined ? {} : { cause: reason });
    const isShared = [...(this.#waits.get(wait.id) ?? [])].some(({ failure }) => failure === null);
    if (isShared) this.#endGivenUp(wait);
    else void this.#takeBack(wait);
    return true;
  }

  async #takeBack(wait: Wait): Promise<void> {
    const { queue, keepMs = 3_600_000 } = this.#options;
    try {
      const job = await this.#queue.getJob(wait.id);
      const isTaken = job !== undefined && (await job.isActive());
      if (isTaken) {
        await this.#redis.set(cancelKey(queue, wait.id), '1', 'PX', keepMs);
        await this.#redis.publish(cancelChannel(queue), wait.id);
        return; // its end is told
      }
      await job?.remove();
      this.#endGivenUp(wait);
    } catch {
      // Between the two questions a worker has taken it.
      if (wait.future.running()) setTimeout(() => void this.#takeBack(wait), 20);
    }
  }

  #endGivenUp(wait: Wait): void {
    this.#settle(wait, () => {
      if (wait.failure instanceof TimeoutError) wait.future.setException(wait.failure);
      else wait.future.setCancelled(wait.failure ?? undefined);
    });
  }

  #settle(wait: Wait, end: () => void): void {
    const waits = this.#waits.get(wait.id);
    if (waits?.delete(wait) !== true) return;
    if (waits.size === 0) this.#waits.delete(wait.id);
    if (wait.timer !== null) wait.loop.removeTimeout(wait.timer);
    wait.loop.enter();
    try {
      if (wait.future.running()) end();
    } finally {
      wait.loop.exit();
    }
    if (this.#waits.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** BullMQ repeats what the connection says itself. */
function ignore(): void {
  // see queue-place.ts
}

/** As tasks have it. */
function urlOf(url: URL | string): string {
  return moduleTasks<Record<string, () => void>>(url)('default').url;
}

function encodeArgs(args: readonly unknown[], name: string): string {
  try {
    return encode(args);
  } catch (error) {
    const message = `the arguments of ${name} cannot be copied: ${String(error)}`;
    throw new ExecutorError('ERR_TASK_NOT_CLONEABLE', message, { cause: error });
  }
}

function errorOf(sent: unknown): unknown {
  const { packed, value } = sent as { readonly packed?: PackedError; readonly value?: unknown };
  return packed === undefined ? value : rebuildError(packed);
}
