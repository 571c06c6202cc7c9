// The pool of processes.
import { PoolExecutor } from './pool-executor.ts';
import { startProcess } from './process-link.ts';
import type { PoolOptions } from './pool-executor.ts';

/** How to make a pool of processes. */
export interface ProcessPoolExecutorOptions extends PoolOptions {
  /** The environment of the processes. Default: that of this one. */
  readonly env?: NodeJS.ProcessEnv;
  /** The directory they work in. Default: that of this one. */
  readonly cwd?: string;
  /** Their Node.js options. Default: those of this one, without a debugger's. */
  readonly execArgv?: readonly string[];
}

/**
 * Does tasks in processes of their own, one at a time in each: for code that must not share a process, because it may crash it, leaks,
 * changes the working directory. All else is as in `ThreadPoolExecutor`, but for three things. Nothing is moved or
 * shared, all is copied. A task that was sent cannot be taken back, only told that it is cancelled; and when a process dies,
 * all the tasks that it had fail, since nobody knows which of them it had done.
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { ProcessPoolExecutor } from '@typhoon/executor'
 *
 * await using pool = new ProcessPoolExecutor({ maxWorkers: 1 })
 * assert.notEqual(await pool.submit(() => process.pid), process.pid)
 * ```
 */
export class ProcessPoolExecutor extends PoolExecutor {
  /** @throws RangeError when `maxWorkers` or `minWorkers` is not a whole number in its range. */
  constructor(options: ProcessPoolExecutorOptions = {}) {
    const { env, cwd, execArgv } = options;
    super(options, (name, events) => startProcess(name, events, { env, cwd, execArgv }));
  }
}
