// What a handler's method may return: anything a coroutine could yield, or a generator that is one.
import { convertYielded, Runner } from '@typhoon/gen';
import type { Future } from '@typhoon/concurrent';

/** The future of what a method returned; null where there is nothing to wait for. @throws BadYieldError */
export function workOf(returned: unknown): Future<unknown> | null {
  if (returned === undefined || returned === null) return null;
  return isGenerator(returned) ? new Runner(returned).future : convertYielded(returned);
}

function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    'next' in value &&
    'throw' in value
  );
}

/** Whether somebody else may be told when it is done. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
