import { afterEach, describe, expect, it } from 'vitest';
import { IOLoop } from '@typhoon/ioloop';
import { comeTo, makeGate, openGate, passGate } from '../../test/gate.ts';
import { ThreadPoolExecutor } from './thread-pool-executor.ts';
import type { ThreadPoolExecutorOptions } from './thread-pool-executor.ts';

const pools: ThreadPoolExecutor[] = [];

function makePool(options: ThreadPoolExecutorOptions = {}): ThreadPoolExecutor {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.shutdown({ cancelPending: true })));
});

const increment = (n: number): number => n + 1;
const threadId = (): number => process.getBuiltinModule('node:worker_threads').threadId;

/** Makes the pool know that `passGate` is short, so that it sends several ahead. */
async function train(pool: ThreadPoolExecutor): Promise<void> {
  const open = makeGate();
  openGate(open);
  for (let i = 0; i < 8; i++) await pool.map((n: number) => n, [1, 2]);
  for (let i = 0; i < 50; i++) await pool.submit(passGate, open, 0);
}

describe('submit', () => {
  it('does the task in another thread', async () => {
    expect(await makePool().submit(threadId)).not.toBe(threadId());
  });

  it('gives the task its arguments', async () => {
    expect(await makePool().submit((a: number, b: string) => `${b}${a}`, 1, 'x')).toBe('x1');
  });

  it('waits for what the task promises', async () => {
    expect(await makePool().submit((n: number) => Promise.resolve(n), 4)).toBe(4);
  });

  it('does async functions with import() in them', async () => {
    const base = async (path: string): Promise<string> => {
      const paths = await import('node:path');
      return paths.basename(path);
    };
    expect(await makePool().submit(base, '/a/b.c')).toBe('b.c');
  });

  it('does ten thousand tasks, each with its own result', async () => {
    const pool = makePool({ maxWorkers: 2 });
    const futures = Array.from({ length: 10_000 }, (_, n) => pool.submit(increment, n));
    expect((await Promise.all(futures)).every((result, n) => result === n + 1)).toBe(true);
    expect(pool.pendingCount).toBe(0);
  });

  it('does one task at a time in a thread, also when they wait for something', async () => {
    const overlap = async (): Promise<boolean> => {
      const thread = globalThis as { isBusy?: boolean };
      const wasBusy = thread.isBusy === true;
      thread.isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      thread.isBusy = false;
      return wasBusy;
    };
    const pool = makePool();
    expect(await Promise.all([1, 2, 3, 4].map(() => pool.submit(overlap)))).not.toContain(true);
  });

  it('keeps the order of tasks in one thread', async () => {
    const pool = makePool();
    const note = (n: number): number[] => {
      const thread = globalThis as { seen?: number[] };
      (thread.seen ??= []).push(n);
      return thread.seen;
    };
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => pool.submit(note, n)));
    expect(all.at(-1)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('fails for what is no task', async () => {
    await expect(makePool().submit(5 as never)).rejects.toThrow(TypeError);
  });
});

describe('threads', () => {
  it('are not started before there is work', () => {
    expect(makePool().workerCount).toBe(0);
  });

  it('are used again', async () => {
    const pool = makePool({ maxWorkers: 3 });
    const ids = new Set<number>();
    for (let i = 0; i < 5; i++) ids.add(await pool.submit(threadId));
    expect([ids.size, pool.workerCount]).toEqual([1, 1]);
  });

  it('work side by side, up to maxWorkers', async () => {
    const pool = makePool({ maxWorkers: 2 });
    const gate = makeGate();
    const futures = [1, 2, 3].map((n) => pool.submit(passGate, gate, n));
    await comeTo(gate, 2);
    expect(pool.workerCount).toBe(2);
    openGate(gate);
    expect(await Promise.all(futures)).toEqual([1, 2, 3]);
  });

  it('take over what waits behind a task that takes unexpectedly long', async () => {
    const pool = makePool({ maxWorkers: 2 });
    await train(pool);
    const gate = makeGate();
    const open = makeGate();
    openGate(open);
    const long = pool.submit(passGate, gate, -1);
    const others = Array.from({ length: 20 }, (_, n) => pool.submit(passGate, open, n));
    expect(await Promise.all(others)).toHaveLength(20);
    expect(long.done()).toBe(false);
    openGate(gate);
    await long;
  });

  it('do not keep a finished result while a task runs that may be long', async () => {
    const pool = makePool();
    const [gate, open] = [makeGate(), makeGate()];
    openGate(open);
    for (let i = 0; i < 50; i++) await pool.submit(increment, i);
    // Known to the pool as short, so that it is sent along; too few times for the worker to rely on that.
    for (let i = 0; i < 5; i++) await pool.submit(passGate, open, i);
    const [quick, slow] = [pool.submit(increment, 1), pool.submit(passGate, gate, 2)];
    expect(await quick).toBe(2);
    expect(slow.done()).toBe(false);
    openGate(gate);
    await slow;
  });

  it('have the name, the data and the options that were asked for', async () => {
    const pool = makePool({ workerData: { shop: 'A' }, execArgv: ['--no-warnings'] });
    const look = (): unknown => [
      process.getBuiltinModule('node:worker_threads').workerData,
      process.execArgv,
    ];
    expect(await pool.submit(look)).toEqual([{ shop: 'A' }, ['--no-warnings']]);
  });

  it('are at least one', () => {
    expect(() => new ThreadPoolExecutor({ maxWorkers: 0 })).toThrow(RangeError);
    expect(() => new ThreadPoolExecutor({ maxWorkers: 1.5 })).toThrow('not 1.5');
  });
});

describe('cancelling', () => {
  it('takes a task back that waits in the queue', async () => {
    const pool = makePool();
    const [gate, never] = [makeGate(), makeGate()];
    const first = pool.submit(passGate, gate, 1);
    const second = pool.submit(passGate, never, 2);
    await comeTo(gate);
    expect(second.cancel()).toBe(true);
    openGate(gate);
    await first;
    expect([second.cancelled(), await pool.submit(increment, 1)]).toEqual([true, 2]);
    expect(Atomics.load(never, 1)).toBe(0);
  });

  it('takes a task back that was sent ahead', async () => {
    const pool = makePool();
    await train(pool);
    const [gate, never] = [makeGate(), makeGate()];
    const first = pool.submit(passGate, gate, 1);
    const second = pool.submit(passGate, never, 2);
    const third = pool.submit(passGate, gate, 3);
    await comeTo(gate);
    second.cancel();
    openGate(gate);
    expect(await Promise.all([first, third])).toEqual([1, 3]);
    expect(Atomics.load(never, 1)).toBe(0);
  });

  it('drops the result of a task that has begun, and the thread goes on', async () => {
    const pool = makePool();
    const gate = makeGate();
    const begun = pool.submit(passGate, gate, 1);
    await comeTo(gate);
    expect([begun.cancel(), begun.cancelled(), pool.pendingCount]).toEqual([true, false, 1]);
    openGate(gate);
    expect([await pool.submit(increment, 1), pool.workerCount]).toEqual([2, 1]);
    expect([begun.cancelled(), pool.pendingCount]).toEqual([true, 0]);
  });
});

describe('map', () => {
  it('gives the results in the order of the items', async () => {
    const items = Array.from({ length: 100 }, (_, n) => n);
    expect(await makePool({ maxWorkers: 2 }).map(increment, items)).toEqual(items.map(increment));
  });

  it('takes any iterable, an empty one too', async () => {
    const pool = makePool();
    expect(await pool.map(increment, new Set([1, 2]))).toEqual([2, 3]);
    expect(await pool.map(increment, [])).toEqual([]);
  });

  it('fails with the first error and takes back what has not begun', async () => {
    const pool = makePool();
    const gate = makeGate();
    const task = ([n, one]: [number, Int32Array]): void => {
      if (n === 0) throw new RangeError('no');
      Atomics.add(one, 1, 1);
      Atomics.wait(one, 0, 0);
    };
    const items = [0, 1, 2, 3].map((n): [number, Int32Array] => [n, gate]);
    await expect(pool.map(task, items)).rejects.toThrow(new RangeError('no'));
    openGate(gate);
    await pool.shutdown();
    expect([pool.pendingCount, Atomics.load(gate, 1) < 2]).toEqual([0, true]);
  });

  it('takes back what has not begun when it is cancelled', async () => {
    const pool = makePool();
    const gate = makeGate();
    const all = pool.map((one: Int32Array) => void Atomics.wait(one, 0, 0), [gate, gate, gate]);
    all.cancel();
    expect([all.cancelled(), pool.pendingCount]).toEqual([true, 0]);
    openGate(gate);
    await pool.submit(increment, 1);
  });
});

describe('shutdown', () => {
  it('waits for the tasks there are, then for the threads', async () => {
    const pool = makePool();
    const futures = [1, 2, 3].map((n) => pool.submit(increment, n));
    await pool.shutdown();
    expect([futures.map((future) => future.result()), pool.workerCount]).toEqual([[2, 3, 4], 0]);
  });

  it('fails later tasks', async () => {
    const pool = makePool();
    await pool.shutdown();
    const code = 'ERR_EXECUTOR_SHUTDOWN';
    await expect(pool.submit(increment, 1)).rejects.toMatchObject({ code });
    await expect(pool.map(increment, [1])).rejects.toMatchObject({ code });
  });

  it('cancels what has not begun if asked', async () => {
    const pool = makePool();
    await train(pool);
    const gate = makeGate();
    const [begun, ...rest] = [1, 2, 3].map((n) => pool.submit(passGate, gate, n));
    await comeTo(gate);
    const down = pool.shutdown({ cancelPending: true });
    expect(rest.map((future) => future.cancelled())).toEqual([true, true]);
    openGate(gate);
    await down;
    expect(begun?.result()).toBe(1);
  });

  it('is settled at once if it need not wait', async () => {
    const pool = makePool();
    const task = pool.submit(increment, 1);
    expect(pool.shutdown({ wait: false }).done()).toBe(true);
    expect(await task).toBe(2);
  });

  it('ends a thread whose task was cancelled and would never end', async () => {
    const pool = makePool({ cancelGraceMs: 10 });
    const gate = makeGate();
    const endless = pool.submit(passGate, gate, 1);
    await comeTo(gate);
    endless.cancel();
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  });

  it('is harmless twice, and on a pool that did nothing', async () => {
    const pool = makePool();
    await Promise.all([pool.shutdown(), pool.shutdown()]);
    await pool.shutdown();
  });

  it('lets a thread clean up', async () => {
    const pool = makePool();
    const gate = makeGate();
    const atExit = (seen: Int32Array): void => {
      process.on('exit', () => Atomics.store(seen, 1, 42));
    };
    await pool.submit(atExit, gate);
    await pool.shutdown();
    expect(gate[1]).toBe(42);
  });

  it('comes with the end of `await using`', async () => {
    let kept: ThreadPoolExecutor;
    {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      kept = pool;
      void pool.submit(increment, 1);
    }
    expect([kept.pendingCount, kept.workerCount]).toEqual([0, 0]);
  });
});

describe('the loop', () => {
  it('of the one who submitted runs the callbacks', async () => {
    const pool = makePool();
    const before = IOLoop.current();
    const other = new IOLoop({ makeCurrent: false });
    other.enter();
    const future = pool.submit(increment, 1);
    other.exit();
    const seen = await new Promise((resolve) => {
      future.addDoneCallback(() => {
        resolve(IOLoop.current());
      });
    });
    expect([seen === other, IOLoop.current() === before]).toEqual([true, true]);
  });
});
