// The pool of threads.
import { PoolExecutor } from './pool-executor.ts';
import { startThread } from './thread-link.ts';
import type { ResourceLimits } from 'node:worker_threads';
import type { PoolOptions } from './pool-executor.ts';

/** How to make a pool of threads. */
export interface ThreadPoolExecutorOptions extends PoolOptions {
  /** What tasks find as `workerData` of node:worker_threads. Copied to each thread. */
  readonly workerData?: unknown;
  /** Limits of each thread's memory; see node:worker_threads. Default: those of Node.js. */
  readonly resourceLimits?: ResourceLimits;
  /** Node.js options of the threads. Default: those of the process. */
  readonly execArgv?: readonly string[];
}

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
export class ThreadPoolExecutor extends PoolExecutor {
  /** @throws RangeError when `maxWorkers` or `minWorkers` is not a whole number in its range. */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    const { workerData, resourceLimits, execArgv } = options;
    super(options, (name, events) =>
      startThread(name, events, { workerData, resourceLimits, execArgv }),
    );
  }
}
