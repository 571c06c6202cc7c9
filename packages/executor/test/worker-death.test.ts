// Threads that end in the middle of things.
import { afterEach, describe, expect, it } from 'vitest';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { ThreadPoolExecutor } from '../src/index.ts';
import { comeTo, makeGate, openGate, passGate } from './gate.ts';
import type { ThreadPoolExecutorOptions } from '../src/index.ts';

const pools: ThreadPoolExecutor[] = [];

function makePool(options: ThreadPoolExecutorOptions = {}): ThreadPoolExecutor {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, name: 'crew', ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.shutdown({ cancelPending: true })));
});

const increment = (n: number): number => n + 1;
const leave = (code: number): void => process.exit(code);
const exited = (message: string): object => ({
  name: 'ExecutorError',
  code: 'ERR_WORKER_EXITED',
  message,
});

describe('a task that ends its thread', () => {
  it('fails with the exit code', async () => {
    await expect(makePool().submit(leave, 7)).rejects.toMatchObject(
      exited('worker crew-1 exited with code 7 in the middle of leave'),
    );
  });

  it('harms no other, and the thread is replaced', async () => {
    const pool = makePool();
    const futures = [pool.submit(increment, 1), pool.submit(leave, 3), pool.submit(increment, 3)];
    const ends = await Promise.allSettled(futures);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(pool.workerCount).toBe(1);
  });

  it('harms neither those sent ahead nor results that are there', async () => {
    const pool = makePool();
    const step = (n: number): number => (n === 10 ? process.exit(1) : n);
    for (let i = 0; i < 100; i++) await pool.submit(step, i % 10);
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => pool.submit(step, n)),
    );
    expect(ends.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([10]);
  });

  it('is the one that runs when something it left behind throws', async () => {
    const pool = makePool();
    const explode = (): Promise<never> => {
      setImmediate(() => {
        throw new Error('left behind');
      });
      return new Promise(() => undefined);
    };
    const future = pool.submit(explode);
    await expect(future).rejects.toMatchObject({
      ...exited('worker crew-1 exited with code 1 in the middle of explode: left behind'),
      cause: new Error('left behind'),
    });
  });

  it('is the one that has used up the memory', async () => {
    const pool = makePool({ resourceLimits: { maxOldGenerationSizeMb: 16 } });
    const hoard = (): void => {
      const all: unknown[] = [];
      for (;;) all.push({ n: all.length });
    };
    const future = pool.submit(hoard);
    await expect(future).rejects.toMatchObject({
      code: 'ERR_WORKER_EXITED',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
    expect(await pool.submit(increment, 1)).toBe(2);
  });

  it('gives up its result alone when it was cancelled before', async () => {
    const pool = makePool();
    const gate = makeGate();
    const waitAndLeave = (one: Int32Array): void => {
      Atomics.add(one, 1, 1);
      Atomics.notify(one, 1);
      Atomics.wait(one, 0, 0);
      process.exit(2);
    };
    const future = pool.submit(waitAndLeave, gate);
    const next = pool.submit(increment, 1);
    await comeTo(gate);
    future.cancel();
    using log = new ExpectLog(appLog, /Exception in a cancelled task/);
    openGate(gate);
    expect([await next, log.matched, future.cancelled()]).toEqual([2, true, true]);
  });
});

describe('a thread that ends between tasks', () => {
  it('is logged and replaced', async () => {
    const pool = makePool();
    using log = new ExpectLog(appLog, /An executor has lost a thread/);
    await pool.submit(() => {
      setImmediate(() => {
        throw new Error('later');
      });
    });
    while (pool.workerCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect([await pool.submit(increment, 1), log.matched]).toEqual([2, true]);
  });
});

describe('threads that cannot start', () => {
  it.each([
    ['for their options', { execArgv: ['--no-such-option'] }],
    ['for their data', { workerData: () => 1 }],
    ['for what is loaded first', { execArgv: ['--require', '/nowhere/first.cjs'] }],
  ])('fail the tasks %s', async (_, options) => {
    const pool = makePool({ ...options, maxWorkers: 2 });
    const ends = await Promise.allSettled([pool.submit(increment, 1), pool.submit(increment, 2)]);
    for (const end of ends) {
      expect(end).toMatchObject({ reason: { code: 'ERR_WORKER_EXITED' } });
    }
  });
});

describe('everything at once', () => {
  it('settles every task, whatever becomes of the threads', async () => {
    const pool = makePool({ maxWorkers: 2 });
    const any = (n: number): unknown => {
      if (n % 50 === 7) process.exit(1);
      if (n % 10 === 3) throw new Error('three');
      if (n % 10 === 4) return () => n;
      return n % 10 === 5 ? Promise.resolve(n) : n;
    };
    const open = makeGate();
    openGate(open);
    const futures = Array.from({ length: 500 }, (_, n) =>
      n % 10 === 6 ? pool.submit(passGate, open, n) : pool.submit(any, n),
    );
    for (let n = 9; n < 500; n += 10) futures[n]?.cancel();
    const ends = await Promise.allSettled(futures);
    const count = (status: string): number => ends.filter((end) => end.status === status).length;
    expect([count('fulfilled'), count('rejected'), pool.pendingCount]).toEqual([340, 160, 0]);
  });
});
