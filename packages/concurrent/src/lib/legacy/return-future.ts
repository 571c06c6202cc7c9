// Functions that take a callback, as functions that give a future (CON-13 to 16).
import { ExceptionStackContext, wrap } from '@typhoon/ioloop/legacy';
import { Future } from '../future.ts';
import type { Failure } from '@typhoon/ioloop/legacy';

/** A function of the callback style returned a value, which nobody would get (CON-15, GEN-29). */
export class ReturnValueIgnoredError extends Error {
  override readonly name: string = 'ReturnValueIgnoredError';
  /** The only case. */
  readonly code = 'ERR_RETURN_VALUE_IGNORED';
}

/** What the future of a function has that calls back with `C`. */
export type CalledBackWith<C extends unknown[]> = C extends [] ? null : C[0];

/** A callback among named options. */
interface Named {
  readonly callback: (...results: never[]) => void;
}

/** Which of the parameters is the callback. */
export interface CallbackPosition<N extends number> {
  /** Its index. Default: the last that the function declares. */
  readonly callbackPosition: N;
}

/** The callback is a property, `callback`, of the options object, which is the function's last parameter. */
export interface CallbackByName {
  readonly byName: true;
}

/** The parameters `A`, of which number `N`, the callback, may be null. */
export type CallbackOptional<A extends unknown[], N extends number> = {
  [K in keyof A]: K extends `${N}` ? A[K] | null | undefined : A[K];
};

type AnyFunction = (...args: never[]) => unknown;
type AnyCallback = (...result: unknown[]) => unknown;

/** Where in a call's arguments the callback is. */
interface Place {
  take(args: readonly unknown[]): unknown;
  put(args: unknown[], callback: AnyCallback): void;
}

/**
 * Makes of a function that calls back with its result one that gives a future of it, null where it calls back with nothing
 * (CON-13). Who passes a callback nonetheless has it called, too, in the stack context of the call (CON-16).
 *
 * What the function throws at once goes to the caller; what its callbacks throw later goes into the future (CON-14). A value
 * that it returns is a ReturnValueIgnoredError `ERR_RETURN_VALUE_IGNORED` (CON-15).
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { returnFuture } from '@typhoon/concurrent/legacy'
 *
 * const double = returnFuture((n: number, callback: (result: number) => void) => {
 *   setImmediate(callback, n * 2)
 * })
 * assert.equal(await double(21), 42)
 * ```
 *
 * Before a method it is a decorator. @throws TypeError when no declared parameter could be the callback.
 */
export function returnFuture<This, A extends unknown[], C extends unknown[]>(
  fn: (this: This, ...args: [...A, callback: (...results: C) => void]) => void,
  context?: ClassMethodDecoratorContext,
): (
  this: This,
  ...args: [...A, callback?: ((...results: C) => void) | null]
) => Future<CalledBackWith<C>>;
/** With the callback at any other place. */
export function returnFuture<This, A extends unknown[], N extends number>(
  fn: (this: This, ...args: A) => void,
  options: CallbackPosition<N>,
): (
  this: This,
  ...args: CallbackOptional<A, N>
) => Future<NonNullable<A[N]> extends (...results: infer C) => void ? CalledBackWith<C> : unknown>;
/** With the callback among named options. */
export function returnFuture<This, A extends unknown[], O extends Named>(
  fn: (this: This, ...args: [...A, options: O]) => void,
  options: CallbackByName,
): (
  this: This,
  ...args: [...A, options: Omit<O, 'callback'> & { callback?: O['callback'] | null }]
) => Future<CalledBackWith<Parameters<O['callback']>>>;
export function returnFuture(fn: AnyFunction, options: object = {}): unknown {
  const place = placeOf(fn, options);
  const start = function (this: unknown, ...args: unknown[]): Future<unknown> {
    const callback = checkedCallback(place.take(args));
    return begin(callback, (settle) => {
      place.put(args, settle);
      return Reflect.apply(fn, this, args);
    });
  };
  Object.defineProperty(start, 'name', { value: fn.name, configurable: true });
  return start;
}

/** Calls, and gives the future; `callback`, if there is one, is called when that is settled. */
function begin(
  callback: AnyCallback | null,
  call: (settle: AnyCallback) => unknown,
): Future<unknown> {
  const future = new Future<unknown>();
  let results: unknown[] = [];
  const settle = (...given: unknown[]): void => {
    if (future.done()) return;
    results = given.slice(0, 1);
    future.setResult(given[0] ?? null);
  };
  const context = new ExceptionStackContext((error) => {
    if (future.done()) return false;
    future.setException(error);
    return true;
  });
  callIn(context, () => call(settle));
  if (callback !== null) {
    const tell = (): void => {
      future.result();
      callback(...results);
    };
    future.addDoneCallback(wrap(tell));
  }
  return future;
}

/** What is thrown at once is the caller's (CON-14): the context is for what comes later. */
function callIn(context: ExceptionStackContext, call: () => unknown): void {
  const outcome = context.run(() => outcomeOf(call));
  if (outcome === null) return;
  if ('error' in outcome) throw outcome.error;
  if (outcome.result === null || outcome.result === undefined) return;
  throw new ReturnValueIgnoredError(
    'returnFuture should not be used with functions that return values',
  );
}

function outcomeOf(call: () => unknown): { readonly result: unknown } | Failure {
  try {
    return { result: call() };
  } catch (error) {
    return { error };
  }
}

function placeOf(fn: AnyFunction, options: object): Place {
  const last = fn.length - 1;
  const position =
    'callbackPosition' in options && typeof options.callbackPosition === 'number'
      ? options.callbackPosition
      : last;
  if (position < 0) {
    throw new TypeError(
      'returnFuture: the function declares no callback; say its callbackPosition',
    );
  }
  if ('byName' in options) return byName(position);
  return {
    take: (args) => args[position],
    put: (args, callback) => {
      args[position] = callback;
    },
  };
}

function byName(position: number): Place {
  return {
    take: (args) => {
      const options = args[position];
      if (typeof options !== 'object' || options === null || !('callback' in options)) return null;
      return options.callback;
    },
    put: (args, callback) => {
      args[position] = { ...(args[position] as object | null | undefined), callback };
    },
  };
}

function checkedCallback(given: unknown): AnyCallback | null {
  if (given === null || given === undefined) return null;
  if (typeof given !== 'function') throw new TypeError('the callback is not a function');
  return given as AnyCallback;
}
