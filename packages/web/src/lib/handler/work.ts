// What a handler's method may return: anything a coroutine could yield, or a generator that is one.
import { convertYielded, Runner } from '@typhoon/gen';
import type { Future } from '@typhoon/concurrent';

/** The future of what a handler's method returned. @throws BadYieldError for what cannot be waited for. */
export function futureOf(work: unknown): Future<unknown> {
  return isGenerator(work) ? new Runner(work).future : convertYielded(work);
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
