// What a function of the user's returned, who may write it in any style.
import { Future } from '@typhoon/concurrent';
import { isGenerator } from './coroutine.ts';
import { convertYielded } from './multi.ts';
import { Runner } from './runner.ts';

/**
 * For frameworks: the future of what a function returned that its author may write in any style: async, a coroutine, a generator
 * function without `coroutine`, or one that returns anything else that can be yielded. Null for null and undefined: there is nothing to wait
 * for.
 * @throws BadYieldError `ERR_BAD_YIELD`
 */
export function workOf(returned: unknown): Future<unknown> | null {
  if (returned === undefined || returned === null) return null;
  if (returned instanceof Future) return returned;
  return isGenerator(returned) ? new Runner(returned).future : convertYielded(returned);
}
