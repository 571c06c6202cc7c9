// A function of the callback style, to be waited for.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { asOne } from './arguments.ts';
import type { Arguments } from './arguments.ts';

/** What a task gives whose function calls back with `C` (GEN-31). */
export type TaskResult<C extends unknown[]> = C extends []
  ? null
  : C extends [unknown?]
    ? C[0]
    : C extends [unknown, unknown, ...unknown[]]
      ? Arguments
      : unknown;

/**
 * Calls `fn(...args, callback)`, and gives a future of what the callback is called with; only the first call counts. What
 * `fn` throws, at once or in a callback that it leaves on the loop, fails the future; nothing is thrown here (GEN-35, GEN-44).
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { IOLoop } from '@typhoon/ioloop'
 * import { Task } from '@typhoon/gen/legacy'
 *
 * function double(n: number, callback: (result: number) => void): void {
 *   IOLoop.current().addCallback(callback, n * 2)
 * }
 * assert.equal(await Task(double, 21), 42)
 * ```
 */
export function Task<A extends unknown[], C extends unknown[]>(
  fn: (...args: [...A, callback: (...results: C) => void]) => unknown,
  ...args: A
): Future<TaskResult<C>> {
  const future = new Future<TaskResult<C>>();
  const callback = (...results: C): void => {
    if (!future.done()) future.setResult(asOne(results) as TaskResult<C>);
  };
  const context = new ExceptionStackContext((error) => {
    if (future.done()) return false;
    future.setException(error);
    return true;
  });
  try {
    context.run(() => fn(...args, callback));
  } catch (error) {
    // It called back before it threw: whoever is around hears of it, in a callback of its own.
    IOLoop.current().addCallback(() => {
      throw error;
    });
  }
  return future;
}
