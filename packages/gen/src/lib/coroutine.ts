// `coroutine`: a generator function that gives a future, as a function and as a decorator.
import { Future } from '@typhoon/concurrent';
import { Return } from './gen-error.ts';
import { isGeneratorFunction } from './generator-function.ts';
import { Runner } from './runner.ts';

type AnyFunction = (...args: never[]) => unknown;

/** A function made by `coroutine`; type parameters of the function it was made of are kept. */
export type CoroutineFunction<This, A extends unknown[], R> = (this: This, ...args: A) => Future<R>;

const coroutines = new WeakSet<AnyFunction>();

/** `@coroutine` before a method. */
export function coroutine<This, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
/**
 * Makes a generator function a coroutine: called, it runs up to its first `yield` at once and gives a future of its
 * return value; whatever it throws goes into the future, never to the caller (GEN-1, GEN-2). In it, `yield* future`
 * waits and is typed; `yield x` waits for anything that `convertYielded` takes.
 *
 * ```ts
 * import assert from 'node:assert/strict'
 * import { coroutine, sleep } from '@typhoon/gen'
 *
 * const double = coroutine(function* (n: number) {
 *   yield* sleep(10)
 *   return n * 2
 * })
 * assert.equal(await double(21), 42)
 * ```
 */
export function coroutine<This, A extends unknown[], R>(
  fn: (this: This, ...args: A) => Generator<unknown, R, unknown>,
): CoroutineFunction<This, A, R>;
/** A plain function gives a future that is settled already (GEN-2). */
export function coroutine<This, A extends unknown[], R>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- R is another thing in each
  fn: (this: This, ...args: A) => R,
): CoroutineFunction<This, A, R>;
export function coroutine<This, A extends unknown[]>(
  fn: (this: This, ...args: A) => unknown,
): unknown {
  const isAlwaysGenerator = isGeneratorFunction(fn);
  const start = function (this: This, ...args: A): Future<unknown> {
    try {
      const made = fn.apply(this, args);
      if (isAlwaysGenerator) return Runner.start(made as Generator<unknown, unknown, unknown>);
      return isGenerator(made) ? new Runner(made).future : Future.resolved(made);
    } catch (error) {
      return error instanceof Return ? Future.resolved(error.value) : Future.rejected(error);
    }
  };
  return madeOf(fn, start);
}

/** `start`, known as the coroutine that was made of `fn`. */
export function madeOf<F extends AnyFunction>(fn: AnyFunction, start: F): F {
  Object.defineProperties(start, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
    wrapped: { value: fn },
  });
  coroutines.add(start);
  return start;
}

/** Whether `fn` was made by `coroutine`; the function as it was written is its `wrapped` (GEN-5). */
export function isCoroutineFunction<F>(fn: F): fn is F & { readonly wrapped: AnyFunction } {
  return typeof fn === 'function' && coroutines.has(fn as F & AnyFunction);
}

/** Whether `value` is what calling a generator function gives. */
export function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    'next' in value &&
    'throw' in value
  );
}
