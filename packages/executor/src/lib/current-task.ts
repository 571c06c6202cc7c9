// What a task of a module knows of itself. Owns: the place where a worker says it.
import type { TaskContext } from './executor.ts';

/**
 * Where a worker keeps what its task is told. A worker's own code is no module and a task's module may have another copy of
 * this one, so the place has a name that all of them know.
 */
export const CURRENT_TASK = '@typhoon/executor:current-task';

/** Outside of a task: nobody cancels, nothing was carried along. */
export const NO_TASK: TaskContext = {
  signal: new AbortController().signal,
  deadlineMs: null,
  carried: {},
  progress: () => undefined,
  transfer: (value) => value,
};

/**
 * What `this` is in a task, for the functions of a module that have no `this`: arrows, and what they call. Outside of a pool's
 * worker it is one that is never cancelled.
 *
 * ```ts no-run
 * export const findPrime = (from: number): number => {
 *   const { signal } = currentTask()
 *   for (let n = from; ; n++) {
 *     signal.throwIfAborted()
 *     if (isPrime(n)) return n
 *   }
 * }
 * ```
 */
export function currentTask(): TaskContext {
  const context: unknown = Reflect.get(globalThis, Symbol.for(CURRENT_TASK));
  return context === undefined ? NO_TASK : (context as TaskContext);
}
