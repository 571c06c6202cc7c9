// Tasks that give items one by one, through real threads.
import { afterAll, describe, expect, it } from 'vitest';
import { ThreadPoolExecutor } from '../src/index.ts';
import { makeGate } from './gate.ts';
import type { Gate } from './gate.ts';
import type { TaskContext } from '../src/index.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
afterAll(() => pool.shutdown());

const count = function* (to: number, gate?: Gate): Generator<number> {
  try {
    for (let n = 0; n < to; n++) {
      if (gate !== undefined) Atomics.store(gate, 1, n + 1);
      yield n;
    }
  } finally {
    if (gate !== undefined) Atomics.store(gate, 0, 42);
  }
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('stream', () => {
  it('gives the items of a generator, of an async one, of a list, of a stream', async () => {
    const later = async function* (to: number): AsyncGenerator<number> {
      for (let n = 0; n < to; n++) {
        await new Promise((resolve) => setImmediate(resolve));
        yield n;
      }
    };
    const list = (to: number): number[] => Array.from({ length: to }, (_, n) => n);
    const readable = (to: number): ReadableStream<number> =>
      new ReadableStream<number>({
        start: (controller) => {
          for (let n = 0; n < to; n++) controller.enqueue(n);
          controller.close();
        },
      });
    const expected = Array.from({ length: 100 }, (_, n) => n);
    for (const task of [count, later, list, readable]) {
      expect(await collect(pool.stream<[number], number>(task, [100]))).toEqual(expected);
    }
  });

  it('goes no further ahead than highWaterMark', async () => {
    const gate = makeGate();
    const items = pool.stream(count, [1000, gate], { highWaterMark: 8 });
    for (let n = 0; n < 20; n++) expect(await items.next()).toEqual({ done: false, value: n });
    while (Atomics.load(gate, 1) < 28) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(Atomics.load(gate, 1)).toBe(28);
    await items.return();
  });

  it('ends the generator when the loop is left, and the thread goes on', async () => {
    const gate = makeGate();
    for await (const n of pool.stream(count, [1_000_000, gate])) if (n === 3) break;
    expect([gate[0], pool.pendingCount]).toEqual([42, 0]);
    expect(await pool.submit((n: number) => n, 5)).toBe(5);
  });

  it('gives what was there before an error, then the error, then nothing', async () => {
    const fail = function* (): Generator<number> {
      yield 1;
      throw new RangeError('no more');
    };
    const items = pool.stream(fail, []);
    expect(await items.next()).toEqual({ done: false, value: 1 });
    await expect(items.next()).rejects.toThrow(new RangeError('no more'));
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('answers several who read at once, in order', async () => {
    const items = pool.stream(count, [3]);
    const all = await Promise.all([1, 2, 3, 4].map(() => items.next()));
    expect(all.map(({ value }) => value)).toEqual([0, 1, 2, undefined]);
  });

  it('fails with an item that cannot be copied', async () => {
    const give = function* (): Generator {
      yield 1;
      yield () => 1;
      yield 3;
    };
    await expect(collect(pool.stream(give, []))).rejects.toMatchObject({
      code: 'ERR_TASK_NOT_CLONEABLE',
    });
    expect(await pool.submit((n: number) => n, 6)).toBe(6);
  });

  it('fails for what gives nothing to iterate, and submit for a generator function', async () => {
    const one = (): never => 1 as never;
    await expect(collect(pool.stream(one, []))).rejects.toMatchObject({
      code: 'ERR_TASK_NOT_ITERABLE',
    });
    const generator = function* (): Generator<number> {
      yield 1;
    };
    await expect(pool.submit(generator)).rejects.toMatchObject({
      code: 'ERR_TASK_NOT_SELF_CONTAINED',
    });
  });

  it('moves items instead of copying them', async () => {
    const blocks = function* (this: TaskContext): Generator<Uint8Array> {
      for (let n = 0; n < 3; n++) {
        const block = new Uint8Array(8).fill(n);
        yield this.transfer(block, [block.buffer]);
        if (block.length !== 0 && n === 0) throw new Error('copied');
      }
    };
    const all = await collect(pool.stream(blocks, [], { highWaterMark: 1 }));
    expect(all.map((block) => block[0])).toEqual([0, 1, 2]);
  });

  it('is cancelled by its signal and by its deadline', async () => {
    const gate = makeGate();
    const controller = new AbortController();
    const items = pool.stream(count, [100, gate], { signal: controller.signal });
    await items.next();
    controller.abort();
    await expect(collect(items)).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    expect(gate[0]).toBe(42);
    const late = pool.stream(count, [100], { deadline: 50 });
    await late.next();
    while (pool.pendingCount > 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(collect(late)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });
});
