// What belongs to a pool's workers: how many there are, what they load, what goes along with a task.
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ThreadPoolExecutor } from '../src/index.ts';
import { comeTo, makeGate, openGate, passGate } from './gate.ts';
import type { Future } from '@typhoon/concurrent';
import type { TaskContext, TaskStream, ThreadPoolExecutorOptions } from '../src/index.ts';

const pools: ThreadPoolExecutor[] = [];

function makePool(options: ThreadPoolExecutorOptions = {}): ThreadPoolExecutor {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.shutdown({ cancel: true })));
});

const fixture = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);
const threadId = (): number => process.getBuiltinModule('node:worker_threads').threadId;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the number of workers', () => {
  it('is minWorkers at first', async () => {
    const pool = makePool({ maxWorkers: 3, minWorkers: 2 });
    await until(() => pool.workerCount === 2);
    const gate = makeGate();
    const both = [1, 2].map((n) => pool.submit(passGate, gate, n));
    await comeTo(gate, 2);
    openGate(gate);
    expect([await Promise.all(both), pool.workerCount]).toEqual([[1, 2], 2]);
  });

  it('goes down to minWorkers after idleTimeoutMs, and up again', async () => {
    const pool = makePool({ maxWorkers: 2, minWorkers: 1, idleTimeoutMs: 20 });
    const gate = makeGate();
    const both = [1, 2].map((n) => pool.submit(passGate, gate, n));
    await comeTo(gate, 2);
    openGate(gate);
    await Promise.all(both);
    expect(pool.workerCount).toBe(2);
    await until(() => pool.workerCount === 1);
    expect(await pool.submit(threadId)).toBeGreaterThan(0);
  });

  it('has to be possible', () => {
    expect(() => new ThreadPoolExecutor({ maxWorkers: 1, minWorkers: 2 })).toThrow(RangeError);
  });
});

describe('short tasks', () => {
  it('share a thread and a message, though another thread is idle', async () => {
    const pool = makePool({ maxWorkers: 2, minWorkers: 2 });
    const together = async (): Promise<number> => {
      const ids = await Promise.all([1, 2, 3, 4].map(() => pool.submit(threadId)));
      return new Set(ids).size;
    };
    // Not the first times, when nobody knows how long they take, and not when the machine is busy elsewhere.
    while ((await together()) > 1);
  });

  it('go to the idle thread when one of them turns out to be long, however few come', async () => {
    const pool = makePool({ maxWorkers: 2, minWorkers: 2 });
    const [open, closed] = [makeGate(), makeGate()];
    openGate(open);
    for (let n = 0; n < 50; n++) await pool.submit(passGate, open, n);
    const long = pool.submit(passGate, closed, 'long');
    await comeTo(closed);
    for (let n = 0; n < 50; n++) expect(await pool.submit(passGate, open, n)).toBe(n);
    openGate(closed);
    expect(await long).toBe('long');
  });
});

describe('priorities', () => {
  it('decide which of the waiting tasks begins next', async () => {
    const pool = makePool();
    const gate = makeGate();
    const first = pool.submit(passGate, gate, 0);
    await comeTo(gate);
    const order: number[] = [];
    const note = (n: number, priority: number): Future<number> => {
      const future = pool.run((m: number) => m, [n], { priority });
      future.addDoneCallback(() => order.push(n));
      return future;
    };
    const all = [note(1, 0), note(2, -1), note(3, 5), note(4, 0), note(5, 5)];
    openGate(gate);
    await Promise.all([first, ...all]);
    expect(order).toEqual([3, 5, 1, 4, 2]);
  });
});

describe('workerModule', () => {
  it('sets up, stands around each task, and tears down', async () => {
    const seen = new Int32Array(new SharedArrayBuffer(4));
    const request = new AsyncLocalStorage<string>();
    const pool = makePool({
      workerModule: fixture('worker-hooks.mjs'),
      workerData: { seen },
      carry: { request },
    });
    const hooks = pool.bind<typeof import('./fixtures/worker-hooks.mjs')>(
      fixture('worker-hooks.mjs'),
    );
    const [one, two] = ['a', 'b'].map((name) => request.run(name, () => hooks.whichRequest()));
    expect(await one).toEqual([true, 'a']);
    expect(await two).toEqual([true, 'b']);
    expect(await hooks.whichRequest()).toEqual([true, undefined]);
    await pool.shutdown();
    expect(seen[0]).toBe(7);
  });

  it('fails tasks when it cannot be loaded', async () => {
    const pool = makePool({ workerModule: fixture('broken.mjs') });
    await expect(pool.submit(threadId)).rejects.toMatchObject({
      code: 'ERR_WORKER_EXITED',
      cause: new Error('not today'),
    });
  });
});

describe('carry', () => {
  it('takes what the context holds where a task is submitted', async () => {
    const user = new AsyncLocalStorage<{ name: string }>();
    const trace = { getStore: () => ({ traceparent: '00-abc' }) };
    const pool = makePool({ carry: { user, trace } });
    const look = function (this: TaskContext): unknown {
      return this.carried;
    };
    const [inside, outside] = [
      user.run({ name: 'Ann' }, () => pool.submit(look)),
      pool.submit(look),
    ];
    expect(await inside).toEqual({ user: { name: 'Ann' }, trace: { traceparent: '00-abc' } });
    expect(await outside).toMatchObject({ user: undefined });
  });
});

describe('progress', () => {
  it('is told on the loop while the task goes on', async () => {
    const pool = makePool();
    const gate = makeGate();
    const work = function (this: TaskContext, one: Int32Array): string {
      for (const part of [1, 2]) this.progress({ part });
      Atomics.wait(one, 0, 0);
      return 'done';
    };
    const told: unknown[] = [];
    const future = pool.run(work, [gate], { onProgress: (progress) => told.push(progress) });
    await until(() => told.length === 2);
    expect([told, future.done()]).toEqual([[{ part: 1 }, { part: 2 }], false]);
    openGate(gate);
    expect(await future).toBe('done');
  });
});

describe('moving', () => {
  it('is named in the options as well', async () => {
    const bytes = new Uint8Array(10);
    const size = (given: Uint8Array): number => given.length;
    expect(await makePool().run(size, [bytes], { transfer: [bytes.buffer] })).toBe(10);
    expect(bytes.length).toBe(0);
  });
});

describe('a module in TypeScript', () => {
  type Typed = typeof import('./fixtures/typed.ts');

  it.each(['typed.ts', 'typed.js'])('is loaded by workers as %s, with its types', async (name) => {
    const typed = makePool().bind<Typed>(fixture(name));
    const half = typed.halve(8);
    expectTypeOf(half).toEqualTypeOf<Future<{ readonly half: number }>>();
    expect(await half).toEqual({ half: 4 });
    expect(await typed.where()).toBe('typed.ts:10:21');
  });

  it('gives items', async () => {
    const typed = makePool().bind<Typed>(fixture('typed.ts'));
    const items = typed.count.with({ highWaterMark: 2 }).stream(3);
    expectTypeOf(items).toEqualTypeOf<TaskStream<number>>();
    const all: number[] = [];
    for await (const item of items) all.push(item);
    expect(all).toEqual([0, 1, 2]);
  });

  it('is bound with options', async () => {
    const typed = makePool().bind<Typed>(fixture('typed.ts'), { deadline: 0 });
    await expect(typed.halve(1)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(await typed.halve.with({ deadline: 60_000 })(1)).toEqual({ half: 0.5 });
  });
});
