// Executor and workers around a real Redis, which goes away at times.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TimeoutError } from '@typhoon/concurrent';
import { moduleTasks } from '@typhoon/executor';
import { RedisServer } from '@typhoon/ioloop/testing';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BullExecutor, BullTaskWorker } from '../src/index.ts';
import type { BullExecutorOptions } from '../src/index.ts';

type Work = typeof import('./fixtures/work.mjs');

const folder = mkdtempSync(join(tmpdir(), 'bullmq-'));
const url = new URL('./fixtures/work.mjs', import.meta.url);
const work = moduleTasks<Work>(url);
const modules = { work: url };
const open: { close: () => PromiseLike<unknown> }[] = [];
let redis: RedisServer;
let count = 0;

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const newQueue = (): string => `queue-${++count}`;
const newFile = (): string => join(folder, `file-${++count}`);

function makeExecutor(queue: string, options: Partial<BullExecutorOptions> = {}): BullExecutor {
  const connection = redis.url;
  const executor = new BullExecutor({ connection, queue, modules, backoffMs: 10, ...options });
  open.push({ close: () => executor.shutdown({ cancel: true }) });
  return executor;
}

async function makeWorker(queue: string): Promise<BullTaskWorker> {
  const worker = new BullTaskWorker({ connection: redis.url, queue, modules });
  open.push(worker);
  await worker.ready();
  return worker;
}

async function ended(future: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await future;
  } catch (error) {
    return error;
  }
}

describe('a task', () => {
  it('is done by a worker, arguments and result as structured clone has them', async () => {
    const queue = newQueue();
    await makeWorker(queue);
    const executor = makeExecutor(queue);
    expect(await executor.bind<Work>(url).add(1, 2)).toBe(3);
    const value = { bytes: new Uint8Array([1, 2]), when: new Date(5), map: new Map([[1, 2n]]) };
    expect(await executor.submit(work('echo'), value)).toEqual(value);
    const sums = await Promise.all(
      Array.from({ length: 50 }, (_, n) => executor.submit(work('add'), n, 1)),
    );
    expect(sums.at(-1)).toBe(50);
  });

  it('fails with what it threw in its last try', async () => {
    const queue = newQueue();
    await makeWorker(queue);
    const error = await ended(makeExecutor(queue).submit(work('fail'), 'no'));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'no', code: 'E_FAIL' });
  });

  it('is tried again, with pauses', async () => {
    const queue = newQueue();
    await makeWorker(queue);
    const executor = makeExecutor(queue);
    expect(await executor.submit(work('succeedAt'), 3, newFile())).toBe(3);
    const once = executor.run(work('succeedAt'), [2, newFile()], { attempts: 1 });
    expect(await ended(once)).toMatchObject({ message: 'try 1' });
  });

  it('is one with another of the same key, also when that has ended', async () => {
    const queue = newQueue();
    await makeWorker(queue);
    const executor = makeExecutor(queue);
    const file = newFile();
    const run = (): PromiseLike<number> =>
      executor.run(work('succeedAt'), [1, file], { key: 'order:17' });
    expect(await Promise.all([run(), run()])).toEqual([1, 1]);
    expect(await run()).toBe(1);
    expect(await makeExecutor(queue).run(work('succeedAt'), [1, file], { key: 'order:17' })).toBe(
      1,
    );
    expect(readFileSync(file, 'utf8')).toBe('.');
  });

  it('is refused when it is no export of the modules, or cannot be copied', async () => {
    const executor = makeExecutor(newQueue());
    expect(await ended(executor.submit(() => 1))).toMatchObject({ code: 'ERR_TASK_NOT_FOUND' });
    const odd = executor.submit(work('echo'), () => 1);
    expect(await ended(odd)).toMatchObject({ code: 'ERR_TASK_NOT_CLONEABLE' });
    await executor.shutdown();
    const late = executor.submit(work('add'), 1, 2);
    expect(await ended(late)).toMatchObject({ code: 'ERR_EXECUTOR_SHUTDOWN' });
  });
});

describe('a task that nobody waits for any more', () => {
  it('is taken back before a worker has it', async () => {
    const executor = makeExecutor(newQueue());
    const future = executor.submit(work('add'), 1, 2);
    future.cancel('enough');
    expect(await ended(future)).toMatchObject({ code: 'ERR_CANCELLED', cause: 'enough' });
  });

  it.each([
    ['its cancellation', {}, 'ERR_CANCELLED'],
    ['its deadline', { deadline: 1500 }, 'ERR_TIMEOUT'],
  ])('ends by %s, its `finally` included', async (_, options, code) => {
    const queue = newQueue();
    await makeWorker(queue);
    const executor = makeExecutor(queue);
    const file = newFile();
    const future = executor.run(work('waitForCancel'), [file], {
      ...options,
      onProgress: (progress) => {
        expect(progress).toBe('begun');
        if (code === 'ERR_CANCELLED') future.cancel();
      },
    });
    expect(await ended(future)).toMatchObject({ code });
    expect(readFileSync(file, 'utf8')).toBe('tidy');
  });

  it('does not begin after its deadline', async () => {
    const queue = newQueue();
    const executor = makeExecutor(queue);
    const future = executor.run(work('add'), [1, 2], { deadline: 20 });
    expect(await ended(future)).toBeInstanceOf(TimeoutError);
  });
});

describe('what fails around it', () => {
  it('a worker that is killed: another does the task', async () => {
    const queue = newQueue();
    const file = newFile();
    const script = fileURLToPath(new URL('./fixtures/worker-process.mjs', import.meta.url));
    const start = () => {
      const args = [script, redis.url, queue];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      return { child, gone: once(child, 'exit') };
    };
    const first = start();
    const executor = makeExecutor(queue);
    const future = executor.submit(work('dieOnce'), file);
    await first.gone;
    const second = start();
    expect(await future).toBe('alive');
    second.child.kill('SIGKILL');
    await second.gone;
  });

  it('Redis goes away and comes back: nothing is lost', async () => {
    const queue = newQueue();
    await makeWorker(queue);
    const executor = makeExecutor(queue);
    expect(await executor.submit(work('add'), 0, 0)).toBe(0);
    using log = new ExpectLog(appLog, /Redis is away/);
    const before = Array.from({ length: 20 }, (_, n) => executor.submit(work('add'), n, 1));
    await redis.stop();
    const during = Array.from({ length: 20 }, (_, n) => executor.submit(work('add'), n, 2));
    await redis.start();
    expect(await Promise.all(before)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(await Promise.all(during)).toEqual(Array.from({ length: 20 }, (_, n) => n + 2));
    expect(log.matched).toBe(true);
  });
});
