// Cancelling tasks that have begun, through real threads.
import { CancelledError, TimeoutError, withDeadline } from '@typhoon/concurrent';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { moduleTasks, ThreadPoolExecutor } from '../src/index.ts';
import { comeTo, makeGate, openGate, passGate } from './gate.ts';
import type { Gate } from './gate.ts';
import type { TaskContext, ThreadPoolExecutorOptions } from '../src/index.ts';

const pools: ThreadPoolExecutor[] = [];

function makePool(options: ThreadPoolExecutorOptions = {}): ThreadPoolExecutor {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.shutdown({ cancel: true })));
});

const threadId = (): number => process.getBuiltinModule('node:worker_threads').threadId;

/** Says that it has begun, waits until it is cancelled, and cleans up. */
const waitForCancel = async function (this: TaskContext, gate: Gate): Promise<void> {
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
  try {
    await new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => {
        reject(this.signal.reason as Error);
      });
    });
  } finally {
    await Promise.resolve();
    Atomics.store(gate, 0, 42);
  }
};

const spin = function (this: TaskContext, gate: Gate): void {
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
  while (!this.signal.aborted);
  Atomics.store(gate, 0, 42);
  this.signal.throwIfAborted();
};

async function ended(future: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await future;
  } catch (error) {
    return error;
  }
}

describe('a task that is cancelled', () => {
  it.each([
    ['that waits', waitForCancel],
    ['that never lets go of its thread', spin],
  ])('%s is told, ends in its `finally`, and its thread lives', async (_, task) => {
    const pool = makePool();
    const id = await pool.submit(threadId);
    const gate = makeGate();
    const future = pool.submit(task, gate);
    await comeTo(gate);
    expect([future.cancel('enough'), future.done()]).toEqual([true, false]);
    const error = await ended(future);
    expect(error).toBeInstanceOf(CancelledError);
    expect([(error as Error).cause, gate[0]]).toEqual(['enough', 42]);
    expect(await pool.submit(threadId)).toBe(id);
  });

  it('makes place for the next in less than 2 ms', async () => {
    const pool = makePool();
    const took: number[] = [];
    for (let i = 0; i < 9; i++) {
      const gate = makeGate();
      const future = pool.submit(waitForCancel, gate);
      await comeTo(gate);
      const beganMs = performance.now();
      future.cancel();
      await pool.submit(threadId);
      took.push(performance.now() - beganMs);
    }
    expect(Math.min(...took)).toBeLessThan(2);
  });

  it('ends with its thread when it does not end in time, and the next gets another', async () => {
    const pool = makePool({ cancelGraceMs: 5 });
    const id = await pool.submit(threadId);
    const gate = makeGate();
    const future = pool.submit(passGate, gate, 1);
    const next = pool.submit(threadId);
    await comeTo(gate);
    future.cancel();
    expect(await ended(future)).toBeInstanceOf(CancelledError);
    expect(await next).not.toBe(id);
  });

  it('has its result dropped when it ends with one all the same', async () => {
    const pool = makePool();
    const gate = makeGate();
    const future = pool.submit(passGate, gate, 1);
    await comeTo(gate);
    future.cancel();
    openGate(gate);
    expect(await ended(future)).toBeInstanceOf(CancelledError);
  });

  it('has an error of its own be the cause, and logged', async () => {
    const pool = makePool();
    const gate = makeGate();
    const future = pool.submit((one: Gate) => {
      Atomics.add(one, 1, 1);
      Atomics.notify(one, 1);
      Atomics.wait(one, 0, 0);
      throw new RangeError('while tidying');
    }, gate);
    await comeTo(gate);
    future.cancel();
    using log = new ExpectLog(appLog, /Exception in a cancelled task/);
    openGate(gate);
    const error = await ended(future);
    expect(error).toMatchObject({ name: 'CancelledError', cause: new RangeError('while tidying') });
    expect(log.matched).toBe(true);
  });

  it('can be the export of a module without `this`', async () => {
    const pool = makePool();
    const typed = moduleTasks<typeof import('./fixtures/typed.ts')>(
      new URL('./fixtures/typed.ts', import.meta.url),
    );
    const gate = makeGate();
    const future = pool.submit(typed('spin'), gate);
    await comeTo(gate);
    future.cancel();
    expect(await ended(future)).toBeInstanceOf(CancelledError);
  });

  it('is cancelled by a signal, and never begins when that has aborted before', async () => {
    const pool = makePool();
    const controller = new AbortController();
    const { signal } = controller;
    const gate = makeGate();
    const future = pool.run(waitForCancel, [gate], { signal });
    await comeTo(gate);
    controller.abort('gone');
    const error = (await ended(future)) as Error;
    expect([error.name, gate[0]]).toEqual(['CancelledError', 42]);
    const never = makeGate();
    expect(await ended(pool.run(spin, [never], { signal }))).toBeInstanceOf(CancelledError);
    expect(never[1]).toBe(0);
  });
});

describe('map', () => {
  it('ends when all its tasks have, when it is cancelled', async () => {
    const pool = makePool({ maxWorkers: 2 });
    const gate = makeGate();
    const all = pool.map(waitForCancel, [gate, gate, gate]);
    await comeTo(gate, 2);
    all.cancel();
    expect(all.done()).toBe(false);
    expect(await ended(all)).toBeInstanceOf(CancelledError);
    expect([gate[0], pool.pendingCount]).toEqual([42, 0]);
  });
});

describe('a deadline', () => {
  it('ends a task that has begun; the task knows when', async () => {
    const pool = makePool();
    await pool.submit(threadId);
    const gate = makeGate();
    const future = pool.run(waitForCancel, [gate], { deadline: 100 });
    await comeTo(gate);
    expect(await ended(future)).toBeInstanceOf(TimeoutError);
    expect(gate[0]).toBe(42);
    const look = function (this: TaskContext): number | null {
      return this.deadlineMs;
    };
    const before = Date.now() + 999;
    const seen = (await pool.run(look, [], { deadline: 1000 })) ?? 0;
    expect([seen >= before - 5, seen < before + 5000]).toEqual([true, true]);
    expect(await pool.submit(look)).toBeNull();
  });

  it('is that of the work under way, unless told otherwise', async () => {
    const pool = makePool();
    const look = function (this: TaskContext): number | null {
      return this.deadlineMs;
    };
    const seen = await withDeadline(60_000, () =>
      Promise.all([
        pool.submit(look),
        pool.run(look, [], { deadline: 90_000 }),
        pool.run(look, [], { deadline: 1000 }),
        pool.run(look, [], { deadline: null }),
      ]),
    );
    const left = seen.map((at) => (at === null ? null : Math.ceil((at - Date.now()) / 10_000)));
    expect(left).toEqual([6, 6, 1, null]);
  });

  it('keeps a task from beginning', async () => {
    const pool = makePool();
    const [gate, never] = [makeGate(), makeGate()];
    const first = pool.submit(passGate, gate, 1);
    await comeTo(gate);
    const late = pool.run(passGate<number>, [never, 2], { deadline: 5 });
    expect(await ended(late)).toMatchObject({ name: 'TimeoutError', code: 'ERR_TIMEOUT' });
    expect(await ended(pool.run(threadId, [], { deadline: 0 }))).toBeInstanceOf(TimeoutError);
    openGate(gate);
    expect([await first, never[1]]).toEqual([1, 0]);
  });

  it('is kept by a task that never lets go of its thread', async () => {
    const pool = makePool();
    await pool.submit(threadId);
    const gate = makeGate();
    const future = pool.run(spin, [gate], { deadline: 100 });
    await comeTo(gate);
    expect(await ended(future)).toBeInstanceOf(TimeoutError);
    expect(gate[0]).toBe(42);
  });
});

describe('shutdown with cancel', () => {
  it('cancels tasks that have begun, and waits for their end', async () => {
    const pool = makePool();
    const gate = makeGate();
    const [begun, waiting] = [pool.submit(waitForCancel, gate), pool.submit(threadId)];
    await comeTo(gate);
    await pool.shutdown({ cancel: true });
    expect([begun.cancelled(), waiting.cancelled(), gate[0]]).toEqual([true, true, 42]);
  });
});
