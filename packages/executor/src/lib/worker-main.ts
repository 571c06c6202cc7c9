// What runs in a worker. Owns: claiming tasks, calling them, loading what they need.
// Must not know: the pool; anything that is imported. Nothing imports this file but a test, which writes the text of its
// functions to worker-text.ts; so each refers to its arguments, to globals and to the other functions of `PARTS` alone.
// A worker that is started from text needs no file of its own that a bundler would have to find, and none that Node.js
// could not read because it is TypeScript. That the text is a constant keeps it from what minifiers do to names.
// HOT: `pnpm bench executor`
import { CURRENT_TASK } from './current-task.ts';
import { TRANSFER_MARKS } from './transfer.ts';
import { portChannel, processChannel } from './worker-channel.ts';
import {
  cancelCurrent,
  createContext,
  createCurrent,
  isCancelOver,
  watchedSignal,
} from './worker-context.ts';
import { executorError, packCause, packError } from './worker-errors.ts';
import { sendItems } from './worker-items.ts';
import { createOutbox } from './worker-outbox.ts';
import type { TaskContext } from './executor.ts';
import type { Status, TaskDefinition, TaskExtra, ToWorker } from './messages.ts';
import type { TransferMarks } from './transfer.ts';
import type { Channel } from './worker-channel.ts';
import type { Current } from './worker-context.ts';
import type { Outbox } from './worker-outbox.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/** A definition, and what the worker has learned of it. */
interface Job {
  readonly definition: TaskDefinition;
  fn: AnyFunction | null;
  /** How many times in a row it took less than a millisecond. */
  shortRuns: number;
}

/** What the module of `PoolOptions.workerModule` may export. */
interface Hooks {
  readonly setup?: () => unknown;
  readonly teardown?: () => unknown;
  readonly around?: (context: TaskContext, call: () => unknown) => unknown;
}

/** What a worker has. */
interface Desk {
  readonly importModule: ImportModule;
  readonly current: Current;
  readonly context: TaskContext;
  readonly outbox: Outbox;
  readonly jobs: Map<number, Job>;
  /** Four values a task; see `ToWorker`. */
  readonly batches: unknown[][];
  claims: Int32Array | null;
  hooks: Hooks;
  /** Also until it has started. */
  isRunning: boolean;
}

const PARTS: readonly ((...args: never[]) => unknown)[] = [
  portChannel,
  processChannel,
  createCurrent,
  cancelCurrent,
  isCancelOver,
  createContext,
  watchedSignal,
  createOutbox,
  sendItems,
  receive,
  runBatches,
  runBatch,
  runTask,
  isThenable,
  loadFunction,
  loadHooks,
  packError,
  packCause,
  executorError,
];

/** The program of a worker. */
export function workerProgram(): string {
  const marks = JSON.stringify(TRANSFER_MARKS);
  const place = JSON.stringify(CURRENT_TASK);
  return [
    '"use strict"; (() => {',
    'const importModule = (url) => import(url);',
    ...PARTS.map(textOf),
    `const start = ${textOf(startWorker)};`,
    `const marks = globalThis[Symbol.for(${marks})] ??= new WeakMap();`,
    'const run = ({ parentPort }) => {',
    '  const channel = parentPort === null ? processChannel() : portChannel(parentPort);',
    `  start(channel, importModule, marks, Symbol.for(${place}));`,
    '};',
    // Under --input-type=module this text is a module, and there is no `require`.
    'if (typeof require === "function") run(require("node:worker_threads"));',
    'else import("node:worker_threads").then(run);',
    '})();',
  ].join('\n');
}

/** As it is written: vitest has a function of another file be a property of that file's module. */
function textOf(part: (...args: never[]) => unknown): string {
  return String(part).replace(/\(0, ?__vi\w*_import_\d+__\.(\w+)\)/g, '$1');
}

function startWorker(
  channel: Channel,
  importModule: ImportModule,
  marks: TransferMarks,
  place: symbol,
): void {
  const current = createCurrent();
  const outbox = createOutbox(channel, marks, current);
  const say = (progress: unknown): void => {
    outbox.push(current.seq, 5, progress, 0, performance.now());
    outbox.flush();
  };
  const desk: Desk = {
    importModule,
    current,
    context: createContext(marks, current, say, () => desk.claims),
    outbox,
    jobs: new Map(),
    batches: [],
    claims: null,
    hooks: {},
    isRunning: true,
  };
  Reflect.set(globalThis, place, desk.context);
  channel.listen((message) => {
    receive(message, desk, channel);
  });
  // Results that are there are not lost when a task ends the worker.
  process.on('exit', outbox.flush);
}

function receive(message: ToWorker, desk: Desk, channel: Channel): void {
  const { current, batches } = desk;
  if (message.kind === 'batch') {
    for (const definition of message.define) {
      desk.jobs.set(definition.id, { definition, fn: null, shortRuns: 0 });
    }
    batches.push(message.tasks);
    if (!desk.isRunning) void runBatches(desk);
  } else if (message.kind === 'cancel') {
    if (message.seq === current.seq) cancelCurrent(current);
    // One that has not begun loses what is to be called.
    for (const tasks of batches) {
      for (let at = 0; at < tasks.length; at += 4) {
        if (tasks[at] === message.seq) tasks[at + 1] = 0;
      }
    }
  } else if (message.kind === 'credit') {
    if (message.seq !== current.seq) return;
    current.credits += message.count;
    current.wake?.();
  } else if (message.kind === 'start') {
    desk.claims = message.claims;
    // What it throws ends the worker.
    void loadHooks(message.module, desk.importModule).then((hooks) => {
      desk.hooks = hooks;
      channel.post([], []);
      return runBatches(desk);
    });
  } else void Promise.resolve(desk.hooks.teardown?.()).finally(channel.leave);
}

/** One task after the other, also when one of them waits for something. */
async function runBatches(desk: Desk): Promise<void> {
  desk.isRunning = true;
  for (let tasks = desk.batches[0]; tasks !== undefined; tasks = desk.batches[0]) {
    await runBatch(tasks, desk);
    desk.batches.shift();
  }
  desk.isRunning = false;
}

async function runBatch(tasks: readonly unknown[], desk: Desk): Promise<void> {
  const { claims, jobs, outbox, current } = desk;
  for (let at = 0; at < tasks.length; at += 4) {
    const seq = tasks[at] as number;
    if (claims !== null) {
      const slot = seq & (claims.length - 1);
      // Whoever takes the number away has the task: we do it now, or the pool has taken it back.
      if (Atomics.compareExchange(claims, slot, seq, 0) !== seq) continue;
    }
    const job = jobs.get(tasks[at + 1] as number);
    if (job === undefined) {
      outbox.push(seq, 3, undefined, 0, performance.now());
      continue;
    }
    // What may take long must not delay the results of those before it.
    if (job.shortRuns < 8) outbox.flush();
    const beganMs = performance.now();
    let status: Status = 0;
    let value: unknown;
    current.seq = seq;
    current.extra = tasks[at + 3] as TaskExtra | null;
    current.isCancelled = false;
    current.controller = null;
    try {
      const args = tasks[at + 2] as unknown[];
      // The way of all but the first time.
      if (job.fn !== null && desk.hooks.around === undefined) {
        value = job.fn.apply(desk.context, args);
      } else value = runTask(job, args, desk);
      if (isThenable(value)) {
        outbox.flush();
        value = await value;
      }
      const window = current.extra?.window;
      if (window !== undefined) value = await sendItems(value, window, current, outbox);
    } catch (error) {
      status = isCancelOver(current, error) ? 3 : error instanceof Error ? 1 : 2;
      if (status === 2) value = error;
      else value = status === 1 ? packError(error as Error, 0) : undefined;
    }
    current.seq = 0;
    const nowMs = performance.now();
    job.shortRuns = nowMs - beganMs < 1 ? job.shortRuns + 1 : 0;
    outbox.push(seq, status, value, nowMs - beganMs, nowMs);
  }
  outbox.flush();
}

async function runTask(job: Job, args: unknown[], desk: Desk): Promise<unknown> {
  const { context, current } = desk;
  job.fn ??= await loadFunction(job.definition, context, desk.importModule);
  if (current.isCancelled) throw current.reason;
  const { fn } = job;
  const { around } = desk.hooks;
  if (around === undefined) return fn.apply(context, args);
  return around(context, () => fn.apply(context, args));
}

async function loadFunction(
  definition: TaskDefinition,
  context: TaskContext,
  importModule: ImportModule,
): Promise<AnyFunction> {
  if (definition.kind === 'text') {
    const { name, code } = definition;
    const key = JSON.stringify(name);
    // The two parameters are what vite and esbuild write into functions during development. All on one line: the lines
    // of a stack are then those of the function.
    const text = `"use strict";(function (__name, __vite_ssr_dynamic_import__) { return { [${key}]: ${code} }[${key}] })\n//# sourceURL=task:${name}`;
    const make = (0, eval)(text) as AnyFunction;
    const fn = make.call(context, (named: unknown) => named, importModule);
    if (typeof fn === 'function') return fn as AnyFunction;
    throw executorError('ERR_TASK_NOT_SELF_CONTAINED', `${name} is no function`, undefined);
  }
  const { url, preload, exportName } = definition;
  let exported: Record<string, unknown>;
  try {
    if (preload !== null) await importModule(preload);
    exported = await importModule(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw executorError('ERR_TASK_NOT_FOUND', `cannot load ${url}: ${reason}`, error);
  }
  const fn = exported[exportName];
  if (typeof fn === 'function') return fn as AnyFunction;
  const message = `${url} exports no function named ${JSON.stringify(exportName)}`;
  throw executorError('ERR_TASK_NOT_FOUND', message, undefined);
}

async function loadHooks(
  module: { readonly url: string; readonly preload: string | null } | null,
  importModule: ImportModule,
): Promise<Hooks> {
  if (module === null) return {};
  if (module.preload !== null) await importModule(module.preload);
  const hooks: Hooks = await importModule(module.url);
  await hooks.setup?.();
  return hooks;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
