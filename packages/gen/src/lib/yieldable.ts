// What may be yielded one at a time, and how it becomes a future. Owns: the registry of further kinds.
// Must not know: how several are waited for; multi.ts hands that in.
import { isThenable } from '@typhoon/ioloop';
import { Future } from '@typhoon/concurrent';
import { BadYieldError } from './gen-error.ts';
import { moment, nextTurn } from './moment.ts';

/** Turns one kind of object into a future. */
type Converter = (value: object) => PromiseLike<unknown>;

const converters: { readonly accepts: (value: object) => boolean; readonly convert: Converter }[] =
  [];

/**
 * Makes instances of `kind` yieldable in coroutines, through `convert`; for the whole process.
 * What comes first in the order of registration wins; futures, promises, lists and records need none.
 */
export function registerYieldable<T extends object>(
  kind: abstract new (...args: never[]) => T,
  convert: (value: T) => PromiseLike<unknown>,
): void {
  converters.push({
    accepts: (value) => value instanceof kind,
    convert: (value) => convert(value as T),
  });
}

/** As `convertYielded`; `all` waits for the children of a list or a record. */
export function convert(
  yielded: unknown,
  all: (children: readonly unknown[] | Readonly<Record<string, unknown>>) => Future<unknown>,
): Future<unknown> {
  if (yielded instanceof Future) return yielded;
  if (yielded === null || yielded === undefined || yielded === moment) return nextTurn();
  if (typeof yielded !== 'object') throw new BadYieldError(yielded);
  if (isThenable(yielded)) return Future.from(yielded);
  for (const { accepts, convert: toFuture } of converters) {
    if (accepts(yielded)) return Future.from(toFuture(yielded));
  }
  if (Array.isArray(yielded) || isPlainRecord(yielded)) return all(yielded);
  throw new BadYieldError(yielded);
}

function isPlainRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
