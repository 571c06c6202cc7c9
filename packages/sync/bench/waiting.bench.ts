// What an item and a permit cost, and what it costs to give up.
import { bench, describe } from 'vitest';
import { Lock, PriorityQueue, Queue } from '@typhoon/sync';

const ITEMS = 10_000;

describe(`${ITEMS} items`, () => {
  bench('put and got at once', () => {
    const queue = new Queue<number>();
    for (let i = 0; i < ITEMS; i++) queue.putNowait(i);
    for (let i = 0; i < ITEMS; i++) queue.getNowait();
  });

  bench('an array, pushed and shifted', () => {
    const array: number[] = [];
    for (let i = 0; i < ITEMS; i++) array.push(i);
    for (let i = 0; i < ITEMS; i++) array.shift();
  });

  bench('handed over to those who wait', () => {
    const queue = new Queue<number>();
    for (let i = 0; i < ITEMS; i++) void queue.get();
    for (let i = 0; i < ITEMS; i++) queue.putNowait(i);
  });

  bench('by priority', () => {
    const queue = new PriorityQueue<number>();
    for (let i = 0; i < ITEMS; i++) queue.putNowait((i * 7919) % ITEMS);
    for (let i = 0; i < ITEMS; i++) queue.getNowait();
  });
});

describe(`${ITEMS} who wait for a lock`, () => {
  bench('get it one after the other', () => {
    const lock = new Lock();
    for (let i = 0; i <= ITEMS; i++) void lock.acquire();
    for (let i = 0; i <= ITEMS; i++) lock.release();
  });

  bench('give up, the newest first', () => {
    const lock = new Lock();
    void lock.acquire();
    const waits = Array.from({ length: ITEMS }, () => lock.acquire());
    for (let i = ITEMS - 1; i >= 0; i--) waits[i]?.cancel();
  });
});

describe('nobody else wants the lock', () => {
  const lock = new Lock();
  bench('acquire and release', () => {
    lock.acquire().result().release();
  });

  bench('run', () => {
    void lock.run(() => 1);
  });
});
