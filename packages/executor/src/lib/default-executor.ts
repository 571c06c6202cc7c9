// The executor for who has none of their own: one for each loop. What Tornado has as methods of IOLoop stands here,
// because the loop is below executors and knows none.
import { IOLoop } from '@typhoon/ioloop';
import { ThreadPoolExecutor } from './thread-pool-executor.ts';
import type { Future } from '@typhoon/concurrent';
import type { Executor, Task } from './executor.ts';

const defaults = new WeakMap<IOLoop, Executor>();

/**
 * Submits `task(...args)` to `executor`, or to the current loop's default executor when that is null; errors as for
 * `submit` there.
 */
export function runInExecutor<A extends unknown[], R>(
  executor: Executor | null,
  task: Task<A, R>,
  ...args: A
): Future<R> {
  return (executor ?? defaultExecutor()).submit(task, ...args);
}

/** What `runInExecutor(null, …)` uses from now on, on the current loop. It is the caller's to shut down. */
export function setDefaultExecutor(executor: Executor): void {
  defaults.set(IOLoop.current(), executor);
}

/**
 * Made when it is first needed (IOL-28).
 * Deviation: it has as many threads as CPUs, not five times as many. Tornado's threads wait for blocking I/O, take turns
 * at one interpreter and weigh little; ours compute side by side, each with a heap of its own.
 */
function defaultExecutor(): Executor {
  const loop = IOLoop.current();
  const known = defaults.get(loop);
  if (known !== undefined) return known;
  const made = new ThreadPoolExecutor({ name: 'typhoon-default' });
  defaults.set(loop, made);
  return made;
}
