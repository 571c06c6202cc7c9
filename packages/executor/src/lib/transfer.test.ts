import { afterAll, describe, expect, it } from 'vitest';
import { moduleTasks } from './module-task.ts';
import { ThreadPoolExecutor } from './thread-pool-executor.ts';
import { takeTransfers, transfer } from './transfer.ts';
import type { TaskContext } from './executor.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const work = moduleTasks<typeof import('../../test/fixtures/work.mjs')>(
  new URL('../../test/fixtures/work.mjs', import.meta.url),
);
const size = (bytes: Uint8Array): number => bytes.length;

/** Gives its bytes back and tells afterwards what was left of them. */
const giveBack = function (this: TaskContext, bytes: Uint8Array): Uint8Array {
  const thread = globalThis as { given?: Uint8Array };
  thread.given = bytes;
  return this.transfer(bytes, [bytes.buffer]);
};
const whatIsLeft = (): number | undefined => (globalThis as { given?: Uint8Array }).given?.length;

afterAll(() => pool.shutdown());

describe('transfer', () => {
  it('moves an argument', async () => {
    const bytes = new Uint8Array(1000);
    expect(await pool.submit(size, transfer(bytes, [bytes.buffer]))).toBe(1000);
    expect(bytes.length).toBe(0);
  });

  it('copies what is not marked', async () => {
    const bytes = new Uint8Array(1000);
    expect(await pool.submit(size, bytes)).toBe(1000);
    expect(bytes.length).toBe(1000);
  });

  it('moves what an object holds', async () => {
    const image = { pixels: new ArrayBuffer(64), width: 8 };
    const area = (one: typeof image): number => one.pixels.byteLength / one.width;
    expect(await pool.submit(area, transfer(image, [image.pixels]))).toBe(8);
    expect(image.pixels.byteLength).toBe(0);
  });

  it('counts once', async () => {
    const image = { pixels: new ArrayBuffer(64) };
    const area = (one: typeof image): number => one.pixels.byteLength;
    await pool.submit(area, transfer(image, [image.pixels]));
    image.pixels = new ArrayBuffer(8);
    expect([await pool.submit(area, image), image.pixels.byteLength]).toEqual([8, 8]);
  });

  it('leaves shared memory where it is', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const write = (bytes: Uint8Array): void => {
      bytes[0] = 9;
    };
    await pool.submit(write, transfer(shared, [shared.buffer]));
    expect(shared[0]).toBe(9);
  });

  it('fails the task when something cannot be moved', async () => {
    const buffer = new ArrayBuffer(8);
    const twice = pool.submit(size, transfer(new Uint8Array(buffer), [buffer, buffer]));
    await expect(twice).rejects.toMatchObject({ code: 'ERR_TASK_NOT_CLONEABLE' });
    expect(buffer.byteLength).toBe(8);
  });

  it('moves each of many arguments', async () => {
    const all = Array.from({ length: 100 }, () => new Uint8Array(10));
    const futures = all.map((one) => pool.submit(size, transfer(one, [one.buffer])));
    expect(await Promise.all(futures)).toEqual(all.map(() => 10));
  });

  it('moves a result, by `this` in a function', async () => {
    const bytes = await pool.submit(giveBack, new Uint8Array([1, 2]));
    expect([...bytes]).toEqual([1, 2]);
    expect(await pool.submit(whatIsLeft)).toBe(0);
  });

  it('moves each of many results', async () => {
    const all = await pool.map(
      giveBack,
      Array.from({ length: 100 }, (_, n) => Uint8Array.of(n)),
    );
    expect(all.map(([byte]) => byte)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('moves a result of a module', async () => {
    expect(await pool.submit(work('makeBytes'), 3)).toEqual(Uint8Array.of(7, 7, 7));
  });
});

describe('takeTransfers', () => {
  it('gathers the marks of all arguments, once', () => {
    const [a, b] = [new ArrayBuffer(1), new ArrayBuffer(1)];
    const args = [transfer({ a }, [a]), 5, null, transfer([b], [b])];
    expect(takeTransfers(args)).toEqual([a, b]);
    expect(takeTransfers(args)).toBeNull();
  });
});
