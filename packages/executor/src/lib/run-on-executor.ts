// `runOnExecutor`: a method whose body is done by the executor of its object. Must not know: which executor.
import { Future } from '@typhoon/concurrent';
import type { Executor, TaskFunction } from './executor.ts';

/** Which executor to run on. */
export interface RunOnExecutorOptions {
  /** The property of `this` with the executor (CON-19). Default `executor`. */
  readonly executor?: string;
}

/** What `runOnExecutor` makes of a function. */
export interface ExecutorFunction<A extends unknown[], R> {
  (this: object, ...args: A): Future<R>;
  /** The function as it was written. */
  readonly wrapped: (...args: never[]) => unknown;
}

/** `runOnExecutor({ … })`: a decorator for methods, and a wrapper for functions. */
export interface ExecutorDecorator {
  <This extends object, A extends unknown[], R>(
    method: (this: This, ...args: A) => R,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
  ): (this: This, ...args: A) => Future<Awaited<R>>;
  <A extends unknown[], R>(fn: TaskFunction<A, R>): ExecutorFunction<A, R>;
}

type AnyFunction = (...args: never[]) => unknown;

/**
 * Has a method done by `this.executor`: called, it gives a future of what the method returns (CON-10, 11).
 *
 * Only the arguments go to the executor. The method is sent to a thread as any other task is: its `this` is no object of
 * the class there, and asking anything of it is ExecutorError `ERR_TASK_NOT_SELF_CONTAINED`.
 *
 * As a field the type is right by itself. A decorated method has to declare that it may give something to wait for,
 * for a decorator cannot change a method's type:
 *
 * ```ts no-run
 * class Vault {
 *   readonly executor = new ThreadPoolExecutor()
 *
 *   readonly count = runOnExecutor((text: string) => text.length) // (text: string) => Future<number>
 *
 *   @runOnExecutor
 *   hash(secret: string): string | PromiseLike<string> {
 *     return process.getBuiltinModule('node:crypto').scryptSync(secret, 'salt', 64).toString('hex')
 *   }
 * }
 * ```
 *
 * Without an executor at that property the future fails with TypeError.
 * @throws TypeError for a function together with options, or more than one function (CON-10).
 */
export function runOnExecutor(options: RunOnExecutorOptions): ExecutorDecorator;
/** `@runOnExecutor` before a method. */
export function runOnExecutor<This extends object, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => Future<Awaited<R>>;
/** Wraps a function that is to become a method. */
export function runOnExecutor<A extends unknown[], R>(
  fn: TaskFunction<A, R>,
): ExecutorFunction<A, R>;
export function runOnExecutor(...given: unknown[]): unknown {
  return applyTo(given, ({ executor = 'executor' }) => {
    return (fn) => submitting(fn, executor);
  });
}

/** The options of both kinds of `runOnExecutor`. */
interface AttributeNames extends RunOnExecutorOptions {
  readonly ioLoop?: string;
}

/** Tells the ways to call it apart, for this one and the one of `legacy`. */
export function applyTo(
  given: readonly unknown[],
  withOptions: (options: AttributeNames) => (fn: AnyFunction) => AnyFunction,
): unknown {
  const [first, second] = given;
  if (typeof first !== 'function') return withOptions(first ?? {});
  if (given.length > 1 && !isMethodContext(second)) {
    if (typeof second === 'object') {
      throw new TypeError('cannot combine positional and keyword args');
    }
    throw new TypeError(`expected 1 argument, got ${given.length}`);
  }
  return withOptions({})(first as AnyFunction);
}

/** A function that submits `fn` to the executor that its `this` has under `property`. */
export function submitting(
  fn: AnyFunction,
  property: string,
): ExecutorFunction<unknown[], unknown> {
  const run = function (this: unknown, ...args: unknown[]): Future<unknown> {
    const executor: unknown =
      typeof this === 'object' && this !== null ? Reflect.get(this, property) : undefined;
    if (!isExecutor(executor)) {
      return Future.rejected(
        new TypeError(`this.${property} is no executor, but ${typeof executor}`),
      );
    }
    return executor.submit(fn as TaskFunction<unknown[], unknown>, ...args);
  };
  return Object.defineProperties(run, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
    wrapped: { value: fn },
  }) as ExecutorFunction<unknown[], unknown>;
}

function isMethodContext(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'method';
}

function isExecutor(value: unknown): value is Executor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'submit' in value &&
    typeof value.submit === 'function'
  );
}
