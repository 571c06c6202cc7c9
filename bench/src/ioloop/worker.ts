// One system doing one case in a process of its own: `worker.js SYSTEM CASE MILLISECONDS`, one line of JSON out.
import { IOLoop, PeriodicCallback } from '@typhoon/ioloop';
import { BusyClock } from './busy-clock.ts';
import { cpuEach, usedBytes } from '../measured.ts';

const [system = '', caseName = '', milliseconds = ''] = process.argv.slice(2);
const LONG_MS = 30_000; // never reached: such timeouts are cancelled
const loop = IOLoop.current();

/** Adds a callback for the loop's next turn, or what comes closest. */
const ADD: Readonly<Record<string, (callback: () => void) => void>> = {
  typhoon: (callback) => {
    loop.addCallback(callback);
  },
  immediate: setImmediate,
  microtask: queueMicrotask,
};

/** Sets a timeout; answers how to cancel it. */
const SET: Readonly<Record<string, (delayMs: number, callback: () => void) => unknown>> = {
  typhoon: (delayMs, callback) => loop.callLater(delayMs, callback),
  timeout: (delayMs, callback) => setTimeout(callback, delayMs),
};

const CANCEL: Readonly<Record<string, (handle: never) => void>> = {
  typhoon: (handle) => {
    loop.removeTimeout(handle);
  },
  timeout: clearTimeout,
};

function choice<T>(table: Readonly<Record<string, T>>): T {
  const chosen = table[system];
  if (chosen === undefined) throw new Error(`'${system}' does not take part in '${caseName}'`);
  return chosen;
}

const nothing = (): void => undefined;

/** `count` callbacks, 1,000 at once. */
async function callbacks(count: number): Promise<void> {
  const add = choice(ADD);
  let left = count;
  await new Promise<void>((resolve) => {
    const run = (): void => {
      if (--left === 0) resolve();
      else if (left % 1000 === 0) addAll();
    };
    const addAll = (): void => {
      for (let i = 0; i < 1000; i++) add(run);
    };
    addAll();
  });
}

/** `count` callbacks, each adding the next. */
async function turns(count: number): Promise<void> {
  const add = choice(ADD);
  let left = count;
  await new Promise<void>((resolve) => {
    const run = (): void => {
      if (--left === 0) resolve();
      else add(run);
    };
    add(run);
  });
}

/** `count` timeouts, each cancelled at once; a turn of the loop between thousands. */
async function cancelled(count: number): Promise<void> {
  const set = choice(SET);
  const cancel = choice(CANCEL);
  for (let i = 0; i < count; i++) {
    cancel(set(LONG_MS, nothing) as never);
    if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `count` timeouts of a millisecond, 1,000 at once. */
async function fired(count: number): Promise<void> {
  const set = choice(SET);
  for (let i = 0; i < count; i += 1000) {
    await new Promise<void>((resolve) => {
      let left = 1000;
      const run = (): void => {
        if (--left === 0) resolve();
      };
      for (let j = 0; j < 1000; j++) set(1, run);
    });
  }
}

async function memory(): Promise<number> {
  await cancelled(10_000);
  const before = usedBytes();
  await cancelled(1_000_000);
  return (usedBytes() - before) / 1024;
}

const INTERVAL_MS = 100;
const WORK_MS = 3;
const CALLS = 60_000 / INTERVAL_MS;

/** How far behind its slot the last call of the minute comes. */
async function drift(): Promise<number> {
  const clock = new BusyClock();
  const own = new IOLoop({ clock });
  let calls = 0;
  let behindMs = 0;
  await new Promise<void>((resolve) => {
    const work = (): void => {
      behindMs = clock.now() - ++calls * INTERVAL_MS;
      clock.spend(WORK_MS);
      if (clock.now() + INTERVAL_MS > CALLS * INTERVAL_MS) resolve();
      else if (system === 'rearmed') own.callLater(INTERVAL_MS, work);
    };
    if (system === 'rearmed') own.callLater(INTERVAL_MS, work);
    else new PeriodicCallback(work, INTERVAL_MS).start();
  });
  return behindMs;
}

const value = await measure();
console.log(JSON.stringify({ value }));
process.exit(0);

async function measure(): Promise<number> {
  const forMs = Number(milliseconds);
  switch (caseName) {
    case 'callbacks':
      return cpuEach(callbacks, 20_000, forMs);
    case 'turns':
      return cpuEach(turns, 20_000, forMs);
    case 'cancelled':
      return cpuEach(cancelled, 20_000, forMs);
    case 'fired':
      return cpuEach(fired, 10_000, forMs);
    case 'memory':
      return memory();
    case 'drift':
      return drift();
    default:
      throw new Error(`there is no case '${caseName}'`);
  }
}
