// The pools that are compared: ours and the rivals', each behind the same few functions.
import { fileURLToPath } from 'node:url';
import { moduleTasks, ThreadPoolExecutor } from '@typhoon/executor';
import { Piscina } from 'piscina';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';
import { versionOf } from '../version-of.ts';
import type * as Tasks from './tasks.ts';

/** A pool with what the scenarios need. */
export interface Contestant {
  /** `n + 1` in a thread. */
  readonly increment: (n: number) => PromiseLike<number>;
  /** The length of these bytes; `isMoved`: they go there without being copied. */
  readonly size: (bytes: Uint8Array, isMoved: boolean) => PromiseLike<number>;
  /** A task that waits for its cancellation, and how to cancel it; null where a pool cannot. */
  readonly endless: (begun: Int32Array) => { readonly cancel: () => void };
  readonly close: () => PromiseLike<unknown>;
}

/** A pool, and how it is made. */
export interface System {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly open: (threads: number) => Contestant;
}

const URL_OF_TASKS = new URL('./tasks.js', import.meta.url);
const FILE = fileURLToPath(URL_OF_TASKS);
const task = moduleTasks<typeof Tasks>(URL_OF_TASKS);

/** Ours first. */
export const SYSTEMS: readonly System[] = [
  { id: 'typhoon', name: 'typhoon', version: versionOf('@typhoon/executor'), open: openTyphoon },
  { id: 'piscina', name: 'piscina', version: versionOf('piscina'), open: openPiscina({}) },
  {
    id: 'piscina-best',
    name: 'piscina, 64 a thread, atomics async',
    version: versionOf('piscina'),
    open: openPiscina({ concurrentTasksPerWorker: 64, atomics: 'async' }),
  },
  {
    id: 'piscina-64',
    name: 'piscina, 64 a thread',
    version: versionOf('piscina'),
    open: openPiscina({ concurrentTasksPerWorker: 64 }),
  },
  { id: 'tinypool', name: 'tinypool', version: versionOf('tinypool'), open: openTinypool },
  { id: 'workerpool', name: 'workerpool', version: versionOf('workerpool'), open: openWorkerpool },
];

function openTyphoon(threads: number): Contestant {
  const pool = new ThreadPoolExecutor({ minWorkers: threads, maxWorkers: threads });
  return {
    increment: (n) => pool.submit(task('increment'), n),
    size: (bytes, isMoved) =>
      pool.run(task('size'), [bytes], isMoved ? { transfer: [bytes.buffer] } : {}),
    endless: (begun) => {
      const future = pool.submit(task('waitForCancel'), begun);
      future.then(null, () => undefined);
      return { cancel: () => future.cancel() };
    },
    close: () => pool.shutdown({ cancel: true }),
  };
}

function openPiscina(settings: {
  readonly concurrentTasksPerWorker?: number;
  readonly atomics?: 'async';
}): (threads: number) => Contestant {
  return (threads) => {
    const pool = new Piscina({
      filename: FILE,
      minThreads: threads,
      maxThreads: threads,
      ...settings,
    });
    return {
      increment: (n) => pool.run(n, { name: 'increment' }) as Promise<number>,
      size: (bytes, isMoved) =>
        pool.run(bytes, {
          name: 'size',
          ...(isMoved ? { transferList: [bytes.buffer as ArrayBuffer] } : {}),
        }) as Promise<number>,
      endless: (begun) => {
        const controller = new AbortController();
        const { signal } = controller;
        pool.run(begun, { name: 'waitForEver', signal }).catch(() => undefined);
        return {
          cancel: () => {
            controller.abort();
          },
        };
      },
      close: () => pool.destroy(),
    };
  };
}

function openTinypool(threads: number): Contestant {
  const pool = new Tinypool({ filename: FILE, minThreads: threads, maxThreads: threads });
  return {
    increment: (n) => pool.run(n, { name: 'increment' }) as Promise<number>,
    size: (bytes, isMoved) =>
      pool.run(bytes, {
        name: 'size',
        ...(isMoved ? { transferList: [bytes.buffer as ArrayBuffer] } : {}),
      }) as Promise<number>,
    endless: (begun) => {
      const controller = new AbortController();
      pool.run(begun, { name: 'waitForEver', signal: controller.signal }).catch(() => undefined);
      return {
        cancel: () => {
          controller.abort();
        },
      };
    },
    close: () => pool.destroy(),
  };
}

function openWorkerpool(threads: number): Contestant {
  const file = fileURLToPath(new URL('./workerpool-tasks.js', import.meta.url));
  const pool = workerpool.pool(file, {
    minWorkers: threads,
    maxWorkers: threads,
    workerType: 'thread',
  });
  return {
    increment: (n) => pool.exec('increment', [n]) as PromiseLike<number>,
    size: (bytes, isMoved) =>
      pool.exec(
        'size',
        [bytes],
        isMoved ? { transfer: [bytes.buffer] } : {},
      ) as PromiseLike<number>,
    endless: (begun) => {
      const promise = pool.exec('waitForEver', [begun]);
      promise.catch(() => undefined);
      return {
        cancel: () => {
          promise.cancel();
        },
      };
    },
    close: () => pool.terminate(true) as PromiseLike<unknown>,
  };
}
