// The end of the queue where work is done. Owns: which task a job is, what its end is in the queue.
// Must not know: who waits for it.
import { CancelledError, TimeoutError } from '@typhoon/concurrent';
import { ExecutorError, moduleTasks, ThreadPoolExecutor } from '@typhoon/executor';
import { packError } from '@typhoon/executor/remote';
import { IOLoop } from '@typhoon/ioloop';
import { UnrecoverableError, Worker } from 'bullmq';
import { cancelChannel, cancelKey, connect } from './queue-place.ts';
import { decode, encode } from './wire.ts';
import type { Future } from '@typhoon/concurrent';
import type { Executor } from '@typhoon/executor';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobData, QueuePlace } from './queue-place.ts';

/** How to do what the queue has. */
export interface BullTaskWorkerOptions extends QueuePlace {
  /** What does the tasks. It stays the caller's to shut down. Default: a `ThreadPoolExecutor` of its own. */
  readonly executor?: Executor;
  /** Tasks at a time. Default 8. */
  readonly concurrency?: number;
  /**
   * How long after its worker's death a task goes to another, in milliseconds: a worker that lives says so twice in that time.
   * Default 30,000.
   */
  readonly lockMs?: number;
  /** How many workers may die over a task before it fails. Default 3. */
  readonly maxDeaths?: number;
}

/** Does the tasks of a `BullExecutor` in this process. It keeps the process alive until it is closed. */
export class BullTaskWorker implements AsyncDisposable {
  readonly #options: BullTaskWorkerOptions;
  readonly #executor: Executor;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #worker: Worker<JobData, string>;
  readonly #running = new Map<string, Future<unknown>>();

  constructor(options: BullTaskWorkerOptions) {
    const { queue, concurrency = 8, lockMs = 30_000, maxDeaths = 3 } = options;
    this.#options = options;
    this.#executor = options.executor ?? new ThreadPoolExecutor();
    this.#redis = connect(options);
    this.#subscriber = this.#redis.duplicate();
    this.#subscriber.on('error', ignore);
    this.#subscriber.on('message', (_channel: string, id: string) => {
      this.#running.get(id)?.cancel();
    });
    // What was said while nobody could hear it.
    this.#subscriber.on('ready', () => {
      for (const id of this.#running.keys()) void this.#hear(id);
    });
    void this.#subscriber.subscribe(cancelChannel(queue));
    this.#worker = new Worker<JobData, string>(queue, (job) => this.#do(job), {
      connection: this.#redis,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: maxDeaths,
    });
    this.#worker.on('error', ignore);
  }

  /** Resolves when it takes tasks. */
  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  /** Takes no more tasks, and waits for those that it has. */
  async close(): Promise<void> {
    await this.#worker.close();
    if (this.#options.executor === undefined) await this.#executor.shutdown();
    this.#subscriber.disconnect();
    this.#redis.disconnect();
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #do(job: Job<JobData, string>): Promise<string> {
    const { id = '', data, name } = job;
    try {
      const url = Object.hasOwn(this.#options.modules, data.module)
        ? this.#options.modules[data.module]
        : undefined;
      if (url === undefined) {
        const message = `this worker has no module ${JSON.stringify(data.module)}`;
        throw new ExecutorError('ERR_TASK_NOT_FOUND', message);
      }
      const task = moduleTasks<Record<string, (...args: unknown[]) => unknown>>(url)(name);
      const loop = IOLoop.current();
      const leftMs = data.deadlineMs === null ? null : data.deadlineMs - Date.now();
      const future = this.#executor.run(task, decode(data.args) as unknown[], {
        deadline: leftMs === null ? null : { at: loop.time() + leftMs },
        onProgress: (progress) => {
          void job.updateProgress(encode(progress)).catch(ignore);
        },
      });
      this.#running.set(id, future);
      void this.#hear(id);
      return encode(await future);
    } catch (error) {
      throw await this.#failure(job, error);
    } finally {
      this.#running.delete(id);
    }
  }

  /** Cancels a task that somebody has given up. */
  async #hear(id: string): Promise<void> {
    const isCancelled = await this.#redis.exists(cancelKey(this.#options.queue, id)).catch(() => 0);
    if (isCancelled === 1) this.#running.get(id)?.cancel();
  }

  /** What the queue is told: whether to try again, and in the end what to tell who waits. */
  async #failure(job: Job<JobData, string>, error: unknown): Promise<Error> {
    const isOver = isFinal(error);
    if (isOver || job.attemptsMade + 1 >= (job.opts.attempts ?? 1)) {
      await job.updateData({ ...job.data, error: encode(sendable(error)) });
    }
    const message = error instanceof Error ? error.message : String(error);
    return isOver ? new UnrecoverableError(message) : new Error(message, { cause: error });
  }
}

/** Whether it would be the same another time. */
function isFinal(error: unknown): boolean {
  if (error instanceof CancelledError || error instanceof TimeoutError) return true;
  return error instanceof ExecutorError && error.code !== 'ERR_WORKER_EXITED';
}

function sendable(error: unknown): unknown {
  return error instanceof Error ? { packed: packError(error, 0) } : { value: error };
}

function ignore(): void {
  // BullMQ repeats what the connection says itself; see queue-place.ts.
}
