// Coroutines of Tornado 4.5: they may yield yield points, and call back.
import { ReturnValueIgnoredError } from '@typhoon/concurrent/legacy';
import { IOLoop } from '@typhoon/ioloop';
import { wrap } from '@typhoon/ioloop/legacy';
import { repr } from '@typhoon/log';
import { coroutine as modernCoroutine, isGenerator, madeOf } from '../coroutine.ts';
import { withYieldPoints } from './keyed-runner.ts';
import type { Future } from '@typhoon/concurrent';

type AnyFunction = (...args: never[]) => unknown;

/** A coroutine that calls back, too, if it is given one argument more than it declares, a function. */
export interface LegacyCoroutine<This, A extends unknown[], R> {
  (this: This, ...args: [...A, callback?: (result: R) => void]): Future<R>;
  /** The function as it was written. */
  readonly wrapped: (this: This, ...args: A) => unknown;
}

/** `@coroutine` before a method. */
export function coroutine<This, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
/**
 * As `coroutine` of the main entry, and the generator may yield `Callback`, `Wait` and any other `YieldPoint`, in lists and
 * records too (GEN-17). A function that is given behind the arguments that the generator function declares is called with
 * the result, on the loop; a failure is thrown in the stack context of the call then (GEN-4).
 */
export function coroutine<This, A extends unknown[], R>(
  fn: (this: This, ...args: A) => Generator<unknown, R, unknown>,
): LegacyCoroutine<This, A, R>;
/** A plain function gives a future that is settled already (GEN-2). */
export function coroutine<This, A extends unknown[], R>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- R is another thing in each
  fn: (this: This, ...args: A) => R,
): LegacyCoroutine<This, A, R>;
export function coroutine(fn: AnyFunction): unknown {
  const begin = beginning(fn);
  const start = function (this: unknown, ...args: unknown[]): Future<unknown> {
    const isCalledBack = args.length > fn.length && typeof args.at(-1) === 'function';
    const callback = isCalledBack ? (args.pop() as (result: unknown) => unknown) : null;
    const future = begin.apply(this, args);
    if (callback !== null) {
      IOLoop.current().addFuture(future, (done) => callback(done.result()));
    }
    return future;
  };
  return madeOf(fn, start);
}

/** `@engine` before a method. */
export function engine<This, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
/**
 * A coroutine that gives nothing: the older style, where a callback among the arguments is called by the generator. Its
 * errors are thrown in the stack context of the call. A result other than null or undefined is a ReturnValueIgnoredError
 * `ERR_RETURN_VALUE_IGNORED` there (GEN-29).
 */
export function engine<This, A extends unknown[]>(
  fn: (this: This, ...args: A) => Generator<unknown, void | null, unknown> | void | null,
): (this: This, ...args: A) => void;
export function engine(fn: AnyFunction): unknown {
  const begin = beginning(fn);
  const start = function (this: unknown, ...args: unknown[]): void {
    begin.apply(this, args).addDoneCallback(wrap(checkResult));
  };
  Object.defineProperty(start, 'name', { value: fn.name, configurable: true });
  return start;
}

function checkResult(done: Future<unknown>): void {
  const result = done.result();
  if (result === null || result === undefined) return;
  throw new ReturnValueIgnoredError(`engine functions cannot return values: ${repr(result)}`);
}

/** `fn` as a coroutine that may yield yield points. */
function beginning(fn: AnyFunction): (this: unknown, ...args: unknown[]) => Future<unknown> {
  const begin = function (this: unknown, ...args: unknown[]): unknown {
    const made: unknown = Reflect.apply(fn, this, args);
    return isGenerator(made) ? withYieldPoints(made) : made;
  };
  Object.defineProperty(begin, 'name', { value: fn.name, configurable: true });
  return modernCoroutine(begin);
}
