// The pool of processes, through real ones.
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { ProcessPoolExecutor } from '../src/index.ts';
import type { TaskContext } from '../src/index.ts';

const fixture = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);
const pool = new ProcessPoolExecutor({ maxWorkers: 1, cancelGraceMs: 20 });
const pid = (): number => process.pid;

afterAll(() => pool.shutdown({ cancel: true }));

async function failure(future: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await future;
  } catch (error) {
    return error;
  }
}

describe('ProcessPoolExecutor', () => {
  it('does functions and exports in another process, many at a time', async () => {
    expect(await pool.submit(pid)).not.toBe(process.pid);
    const all = await pool.map((n: number) => n + 1, Array(1000).keys());
    expect(all).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
    const typed = pool.bind<typeof import('./fixtures/typed.ts')>(fixture('typed.ts'));
    expect(await typed.halve(4)).toEqual({ half: 2 });
    expect(await pool.submit((map: Map<string, Date>) => map, new Map())).toBeInstanceOf(Map);
  });

  it('gives errors, items and progress', async () => {
    const fail = (): never => {
      throw Object.assign(new RangeError('no'), { code: 'E_NO' });
    };
    expect(await failure(pool.submit(fail))).toMatchObject({ name: 'RangeError', code: 'E_NO' });
    const count = function* (this: TaskContext): Generator<number> {
      for (let n = 0; n < 100; n++) yield n;
    };
    let sum = 0;
    for await (const n of pool.stream(count, [])) sum += n;
    expect(sum).toBe(4950);
    const told: unknown[] = [];
    const tell = function (this: TaskContext): void {
      this.progress(5);
    };
    await pool.run(tell, [], { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([5]);
  });

  it('fails what cannot be copied alone', async () => {
    const odd = (() => 1) as unknown as number;
    const double = (n: number): number => n * 2;
    const ends = await Promise.allSettled([1, odd, 3].map((n) => pool.submit(double, n)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await failure(pool.submit(() => () => 1))).toMatchObject({
      code: 'ERR_TASK_NOT_CLONEABLE',
    });
  });

  it('tells a task that it is cancelled, and kills the process of one that does not end', async () => {
    const before = await pool.submit(pid);
    const wait = function (this: TaskContext): Promise<void> {
      this.progress('begun');
      return new Promise((_, reject) => {
        this.signal.addEventListener('abort', () => {
          reject(this.signal.reason as Error);
        });
      });
    };
    const future = pool.run(wait, [], { onProgress: () => future.cancel() });
    expect(await failure(future)).toMatchObject({ code: 'ERR_CANCELLED' });
    expect(await pool.submit(pid)).toBe(before);
    const block = function (this: TaskContext): void {
      this.progress('begun');
      for (;;);
    };
    const endless = pool.run(block, [], { onProgress: () => endless.cancel() });
    expect(await failure(endless)).toMatchObject({ code: 'ERR_CANCELLED' });
    expect(await pool.submit(pid)).not.toBe(before);
  });

  it('fails the task of a process that dies, and starts another', async () => {
    const leave = (): void => process.exit(3);
    expect(await failure(pool.submit(leave))).toMatchObject({
      code: 'ERR_WORKER_EXITED',
      message: expect.stringMatching(/exited with code 3 in the middle of leave/) as string,
    });
    const kill = (): boolean => process.kill(process.pid, 'SIGKILL');
    expect(await failure(pool.submit(kill))).toMatchObject({
      code: 'ERR_WORKER_EXITED',
      cause: new Error('killed by SIGKILL'),
    });
    expect(await pool.submit(pid)).toBeGreaterThan(0);
  });

  it('fails tasks when no process can be started', async () => {
    const broken = new ProcessPoolExecutor({ cwd: '/no/such/folder' });
    using log = new ExpectLog(appLog, /An executor has lost a/, { required: false });
    expect(await failure(broken.submit(pid))).toMatchObject({ code: 'ERR_WORKER_EXITED' });
    await broken.shutdown({ cancel: true });
  });
});
