// Who does the database's tasks: threads of this process, or workers behind a queue. Both are an `Executor`, so nobody else knows.
import { ThreadPoolExecutor, type Executor } from '@typhoon/executor';

/** Where the work is done. */
export interface WorkPlace {
  /** `redis://…` of the queue; null for threads of this process. */
  readonly queue: string | null;
  /** How many threads. */
  readonly workers: number;
}

const TASKS = new URL('./database-tasks.js', import.meta.url);
/** How long Redis keeps what has ended. */
const KEEP_MS = 60_000;

/** Where both ends meet, and what they call the modules that have the tasks. */
function placeOf(connection: string) {
  return { connection, queue: 'uptime', modules: { database: TASKS } };
}

/** Has tasks done; whoever opens it shuts it down. */
export async function openExecutor({ queue, workers }: WorkPlace): Promise<Executor> {
  if (queue === null) return new ThreadPoolExecutor({ maxWorkers: workers });
  // Loaded by those who use it: BullMQ takes as long to load as all the rest.
  const { BullExecutor } = await import('@typhoon/executor-bullmq');
  return new BullExecutor({ ...placeOf(queue), keepMs: KEEP_MS });
}

/** Does the tasks of the queue in threads of this process, until it is closed. */
export async function openWorker(queue: string, workers: number): Promise<AsyncDisposable> {
  const { BullTaskWorker } = await import('@typhoon/executor-bullmq');
  const executor = new ThreadPoolExecutor({ maxWorkers: workers });
  const worker = new BullTaskWorker({ ...placeOf(queue), executor, concurrency: workers });
  await worker.ready();
  return {
    async [Symbol.asyncDispose]() {
      await worker.close();
      await executor.shutdown();
    },
  };
}
