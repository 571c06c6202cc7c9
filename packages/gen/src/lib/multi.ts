// Waiting for several at once, and so for anything that can be yielded.
import { appLog } from '@typhoon/log';
import { Gathering } from './gathering.ts';
import { convert } from './yieldable.ts';
import type { Future } from '@typhoon/concurrent';
import type { Moment } from './moment.ts';

/**
 * What waiting for a `T` gives: the result of a future or a promise, the same shape of results for a list, a tuple or a
 * record, null for null and `moment`. A method under `@coroutine` is a generator to the compiler, and gives what it returns.
 */
export type Yielded<T> =
  T extends PromiseLike<infer R>
    ? R
    : T extends Generator<unknown, infer R>
      ? R
      : T extends null | undefined | Moment
        ? null
        : T extends readonly unknown[]
          ? { -readonly [K in keyof T]: Yielded<T[K]> }
          : T extends Readonly<Record<string, unknown>>
            ? { -readonly [K in keyof T]: Yielded<T[K]> }
            : unknown;

/** How `multi` treats failures. */
export interface MultiOptions {
  /** Error classes of which all but the first failure go unlogged. Default none (GEN-16). */
  readonly quietExceptions?: readonly (abstract new (...args: never[]) => Error)[];
}

/**
 * Waits for all of a list or a record, and gives their results in the same shape (GEN-13). It waits for every one even
 * after a failure, then fails with the first error in the order of the input; the others are logged (GEN-15, GEN-16).
 * Cancelling it cancels the children that nobody else waits for.
 * @throws BadYieldError `ERR_BAD_YIELD` for a child that cannot be waited for.
 */
export function multi<const T extends readonly unknown[] | Readonly<Record<string, unknown>>>(
  children: T,
  options: MultiOptions = {},
): Future<Yielded<T>> {
  const keys = Array.isArray(children) ? null : Object.keys(children);
  const futures = Object.values(children).map((child) => convertYielded(child));
  const settleAll = (all: Future<Yielded<T>>): void => {
    settle(all, keys, futures, options);
  };
  return new Gathering(futures, settleAll).all;
}

/** The same as `multi`, under Tornado's other name. */
export const multiFuture: typeof multi = multi;

/**
 * The future of anything that can be yielded: a future, a promise or other thenable, null and `moment` (one turn of the
 * loop), a list or a plain record of these, or what `registerYieldable` has made known (GEN-9).
 * @throws BadYieldError `ERR_BAD_YIELD`
 */
export function convertYielded<const T>(yielded: T): Future<Yielded<T>> {
  return convert(yielded, multi) as Future<Yielded<T>>;
}

function settle<T>(
  all: Future<T>,
  keys: readonly string[] | null,
  futures: readonly Future<unknown>[],
  options: MultiOptions,
): void {
  const cancelled = futures.find((future) => future.cancelled());
  let firstError: { readonly error: unknown } | null = null;
  for (const future of futures) {
    const error = future.cancelled() ? null : future.exception();
    if (error === null) continue;
    if (firstError === null) firstError = { error };
    else if (firstError.error !== error) logFurther(error, options);
  }
  if (firstError !== null) {
    all.setException(firstError.error);
  } else if (cancelled !== undefined) {
    all.setCancelled();
  } else {
    const results = futures.map((future) => future.result());
    const shaped =
      keys === null ? results : Object.fromEntries(keys.map((key, at) => [key, results[at]]));
    all.setResult(shaped as T);
  }
}

function logFurther(error: unknown, { quietExceptions = [] }: MultiOptions): void {
  if (quietExceptions.some((quiet) => error instanceof quiet)) return;
  appLog.error('Multiple exceptions in yield list', error);
}
