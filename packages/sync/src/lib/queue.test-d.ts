import { expectTypeOf, it } from 'vitest';
import { Condition } from './condition.ts';
import { Event } from './event.ts';
import { Lock } from './lock.ts';
import { PriorityQueue } from './priority-queue.ts';
import { Queue } from './queue.ts';
import type { Future } from '@typhoon/concurrent';
import type { Releaser } from './releaser.ts';

const queue = new Queue<string>();
const lock = new Lock();

it('a queue gives what it was given', () => {
  expectTypeOf(queue.get()).toEqualTypeOf<Future<string>>();
  expectTypeOf(queue.getNowait()).toEqualTypeOf<string>();
  expectTypeOf<Queue<string>['put']>().parameter(0).toEqualTypeOf<string>();
  // @ts-expect-error a number is no string
  void queue.put(1);
  // @ts-expect-error an instant is an object with `at`
  void queue.get({ timeout: 5 });
  // @ts-expect-error a compare function for other items
  new PriorityQueue<string>(0, (a: number, b: number) => a - b);
});

it('for await and yield* know the type', () => {
  expectTypeOf(async () => {
    for await (const item of queue) expectTypeOf(item).toEqualTypeOf<string>();
  }).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(function* (): Generator<unknown, Releaser, unknown> {
    expectTypeOf(yield* queue.get()).toEqualTypeOf<string>();
    expectTypeOf(yield* new Condition().wait()).toEqualTypeOf<boolean>();
    expectTypeOf(yield* new Event().wait()).toEqualTypeOf<void>();
    return yield* lock.acquire();
  }).toBeFunction();
});

it('run gives what the work ends with', () => {
  expectTypeOf(lock.run(() => 1)).toEqualTypeOf<Future<number>>();
  expectTypeOf(lock.run(() => Promise.resolve('text'))).toEqualTypeOf<Future<string>>();
  expectTypeOf(lock.run(() => queue.get())).toEqualTypeOf<Future<string>>();
});
