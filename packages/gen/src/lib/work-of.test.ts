import { Future } from '@typhoon/concurrent';
import { expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { workOf } from './work-of.ts';

it.each([
  [
    'a coroutine',
    coroutine(function* () {
      return yield* Future.resolved(1);
    }),
  ],
  [
    'a generator function',
    function* () {
      return yield* Future.resolved(1);
    },
  ],
  ['an async function', () => Promise.resolve(1)],
])('waits for %s', async (_, fn) => {
  expect(await workOf(fn())).toBe(1);
});

it('gives a future as it is, and null where there is nothing to wait for', () => {
  const future = new Future<void>();
  expect(workOf(future)).toBe(future);
  expect(workOf(undefined)).toBeNull();
  expect(workOf(null)).toBeNull();
});

it('waits for lists and records', async () => {
  expect(await workOf([Future.resolved(1), Promise.resolve(2)])).toEqual([1, 2]);
});

it('refuses what cannot be waited for', () => {
  expect(() => workOf(5)).toThrow(expect.objectContaining({ code: 'ERR_BAD_YIELD' }));
});
