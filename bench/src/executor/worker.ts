// One system doing one case in a process of its own: `worker.js SYSTEM CASE`, one line of JSON out.
import { usedBytes } from '../measured.ts';
import { SYSTEMS, type Contestant } from './contestants.ts';

/** What a round gives: operations a second or milliseconds or bytes, and CPU µs an operation of all threads. */
export interface Figure {
  readonly value: number;
  readonly cpuUs: number | null;
}

const [id = '', caseName = ''] = process.argv.slice(2);
const system = SYSTEMS.find((one) => one.id === id);
if (system === undefined) throw new Error(`there is no system '${id}'`);
const { open } = system;
const MIB = 2 ** 20;
const QUEUED = 100_000;

const CASES: Readonly<Record<string, () => Promise<Figure>>> = {
  'one at a time': () => tasks(1, 1, 20_000),
  '64 in flight, 1 thread': () => tasks(1, 64, 60_000),
  '64 in flight, 2 threads': () => tasks(2, 64, 60_000),
  '1 MiB copied': () => bytes(false),
  '1 MiB moved': () => bytes(true),
  'cancel to next task': cancelToNext,
  'memory queued': memoryQueued,
};
console.log(JSON.stringify(await CASES[caseName]?.()));
process.exit(0);

async function tasks(threads: number, inFlight: number, count: number): Promise<Figure> {
  const pool = open(threads);
  const submit = (n: number): PromiseLike<unknown> => pool.increment(n);
  await inFlightAll(submit, count >> 2, inFlight);
  return measured(submit, count, inFlight);
}

async function bytes(isMoved: boolean): Promise<Figure> {
  const pool = open(1);
  const submit = (): PromiseLike<unknown> => pool.size(new Uint8Array(MIB), isMoved);
  await inFlightAll(submit, 50, 4);
  return measured(submit, 1000, 4);
}

async function measured(
  submit: (n: number) => PromiseLike<unknown>,
  count: number,
  inFlight: number,
): Promise<Figure> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await inFlightAll(submit, count, inFlight);
  const seconds = (performance.now() - began) / 1000;
  const { user, system: kernel } = process.cpuUsage(cpu);
  return { value: count / seconds, cpuUs: (user + kernel) / count };
}

async function inFlightAll(
  submit: (n: number) => PromiseLike<unknown>,
  count: number,
  inFlight: number,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    let done = 0;
    const next = (): void => {
      done++;
      if (sent < count) submit(sent++).then(next, reject);
      else if (done === count) resolve();
    };
    while (sent < inFlight) submit(sent++).then(next, reject);
  });
}

/** The middle one of eleven, in milliseconds. */
async function cancelToNext(): Promise<Figure> {
  const pool = open(1);
  await pool.increment(1);
  const took: number[] = [];
  for (let i = 0; i < 11; i++) {
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const { cancel } = pool.endless(begun);
    while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    const began = performance.now();
    cancel();
    await pool.increment(i);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { value: took[5] ?? Number.NaN, cpuUs: null };
}

/** Heap bytes a task of many that wait behind one that blocks the only thread. */
async function memoryQueued(): Promise<Figure> {
  const pool: Contestant = open(1);
  await pool.increment(1);
  const begun = new Int32Array(new SharedArrayBuffer(4));
  pool.endless(begun);
  while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  const before = usedBytes();
  const held: PromiseLike<number>[] = [];
  for (let n = 0; n < QUEUED; n++) held.push(pool.increment(n));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const value = (usedBytes() - before) / held.length;
  return { value, cpuUs: null };
}
