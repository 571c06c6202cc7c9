// `runOnExecutor` as in Tornado 4.5: with a callback.
import { carryContexts, IOLoop } from '@typhoon/ioloop';
import { applyTo, submitting } from '../run-on-executor.ts';
import type { Future } from '@typhoon/concurrent';
import type { TaskFunction } from '../executor.ts';
import type { RunOnExecutorOptions } from '../run-on-executor.ts';

/** Which executor to run on, and where callbacks run. */
export interface LegacyRunOnExecutorOptions extends RunOnExecutorOptions {
  /** The property of `this` with the loop that callbacks run on; without one they run on the current loop. Default `ioLoop`. */
  readonly ioLoop?: string;
}

/** What it makes of a function: the last argument may be a callback, which gets the result. */
export type CallbackFunction<A extends unknown[], R> = (
  this: object,
  ...args: [...A, callback?: (result: R) => void]
) => Future<R>;

type AnyFunction = (...args: never[]) => unknown;

/**
 * As `runOnExecutor` of the main entry, and if the last argument of a call is a function, it is called with the result
 * on the loop; an error is thrown there then, in the stack contexts of the call (CON-11). No function could go to another
 * thread, so it cannot be meant as an argument.
 *
 * @throws TypeError for a function together with options, or more than one function (CON-10).
 */
export function runOnExecutor(
  options: LegacyRunOnExecutorOptions,
): <A extends unknown[], R>(
  fn: TaskFunction<A, R>,
  context?: ClassMethodDecoratorContext,
) => CallbackFunction<A, R>;
export function runOnExecutor<A extends unknown[], R>(
  fn: TaskFunction<A, R>,
  context?: ClassMethodDecoratorContext,
): CallbackFunction<A, R>;
export function runOnExecutor(...given: unknown[]): unknown {
  return applyTo(given, ({ executor = 'executor', ioLoop = 'ioLoop' }) => {
    return (fn) => withCallback(fn, executor, ioLoop);
  });
}

function withCallback(fn: AnyFunction, executor: string, ioLoop: string): AnyFunction {
  const submit = submitting(fn, executor);
  return function (this: object, ...args: unknown[]): Future<unknown> {
    const callback =
      typeof args.at(-1) === 'function' ? (args.pop() as (result: unknown) => void) : null;
    const future = submit.apply(this, args);
    if (callback === null) return future;
    const given: unknown = Reflect.get(this, ioLoop);
    const loop = given instanceof IOLoop ? given : IOLoop.current();
    const call = carryContexts((done: Future<unknown>) => {
      callback(done.result());
    });
    future.addDoneCallback((done) => {
      loop.addCallback(call, done);
    });
    return future;
  };
}
