// What runs in a worker. Owns: claiming tasks, calling them, sending results back in batches.
// Must not know: the pool; anything that is imported. Nothing imports this file but a test, which writes the text of its
// functions to worker-text.ts; so each refers to its arguments, to globals and to the other functions of `PARTS` alone.
// A worker that is started from text needs no file of its own that a bundler would have to find, and none that Node.js
// could not read because it is TypeScript. That the text is a constant keeps it from what minifiers do to names.
// HOT: bench/small-tasks.mjs
import { TRANSFER_MARKS } from './transfer.ts';
import type { MessagePort } from 'node:worker_threads';
import type {
  FromWorker,
  PackedCause,
  PackedError,
  Status,
  TaskDefinition,
  ToWorker,
} from './messages.ts';
import type { ExecutorErrorCode } from './executor-error.ts';
import type { Movable, TaskContext } from './executor.ts';
import type { TransferMarks } from './transfer.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/** A definition, and what the worker has learned of it. */
interface Job {
  readonly definition: TaskDefinition;
  fn: AnyFunction | null;
  /** How many times in a row it took less than a millisecond. */
  shortRuns: number;
}

/** Gathers results, so that many small tasks cost one message. */
interface Outbox {
  /** Takes a result that was there at `nowMs`, and sends all that it has if the oldest has waited for a millisecond. */
  readonly push: (
    seq: number,
    status: Status,
    value: unknown,
    tookMs: number,
    nowMs: number,
  ) => void;
  /** Sends all that it has. */
  readonly flush: () => void;
}

const PARTS: readonly ((...args: never[]) => unknown)[] = [
  createOutbox,
  createContext,
  loadFunction,
  packError,
  packCause,
  executorError,
  isThenable,
];

/** The program of a worker. */
export function workerProgram(): string {
  const start = `const start = ${String(startWorker)};`;
  const key = JSON.stringify(TRANSFER_MARKS);
  return [
    '"use strict"; (() => {',
    'const importModule = (url) => import(url);',
    ...PARTS.map(String),
    start,
    `const marks = globalThis[Symbol.for(${key})] ??= new WeakMap();`,
    'const run = (threads) => start(threads.parentPort, importModule, marks);',
    // Under --input-type=module this text is a module, and there is no `require`.
    'if (typeof require === "function") run(require("node:worker_threads"));',
    'else import("node:worker_threads").then(run);',
    '})();',
  ].join('\n');
}

function startWorker(port: MessagePort, importModule: ImportModule, marks: TransferMarks): void {
  const outbox = createOutbox(port, marks);
  const context = createContext(marks);
  const jobs = new Map<number, Job>();
  let claims = new Int32Array(1);
  let work = Promise.resolve();

  async function runBatch(tasks: readonly unknown[]): Promise<void> {
    for (let at = 0; at < tasks.length; at += 3) {
      const seq = tasks[at] as number;
      // Whoever takes the number away has the task: we do it now, or the pool has taken it back.
      if (Atomics.compareExchange(claims, seq & (claims.length - 1), seq, 0) !== seq) continue;
      const job = jobs.get(tasks[at + 1] as number) as Job;
      // What may take long must not delay the results of those before it.
      if (job.shortRuns < 8) outbox.flush();
      const beganMs = performance.now();
      let status: Status = 0;
      let value: unknown;
      try {
        job.fn ??= await loadFunction(job.definition, context, importModule);
        value = job.fn.apply(context, tasks[at + 2] as unknown[]);
        if (isThenable(value)) {
          outbox.flush();
          value = await value;
        }
      } catch (error) {
        status = error instanceof Error ? 1 : 2;
        value = error instanceof Error ? packError(error, 0) : error;
      }
      const nowMs = performance.now();
      job.shortRuns = nowMs - beganMs < 1 ? job.shortRuns + 1 : 0;
      outbox.push(seq, status, value, nowMs - beganMs, nowMs);
    }
    outbox.flush();
  }

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'batch') {
      for (const definition of message.define) {
        jobs.set(definition.id, { definition, fn: null, shortRuns: 0 });
      }
      // One task after the other, also when one of them waits for something.
      work = work.then(() => runBatch(message.tasks));
    } else if (message.kind === 'start') claims = message.claims as typeof claims;
    else process.exit();
  });
  // What cannot be read cannot be answered one by one: the pool sees this worker end.
  port.on('messageerror', (error: unknown) => {
    throw error;
  });
  // Results that are there are not lost when a task ends the worker.
  process.on('exit', outbox.flush);
  port.postMessage([]);
}

function createOutbox(port: MessagePort, marks: TransferMarks): Outbox {
  let results: unknown[] = [];
  let oldestMs = 0;
  const moves = new Map<number, readonly Movable[]>();

  function push(seq: number, status: Status, value: unknown, tookMs: number, nowMs: number): void {
    if (results.length === 0) oldestMs = nowMs;
    results.push(seq, status, value, tookMs);
    const list = typeof value === 'object' && value !== null ? marks.get(value) : undefined;
    if (list !== undefined) {
      moves.set(
        seq,
        list.filter((item) => !(item instanceof SharedArrayBuffer)),
      );
    }
    if (nowMs - oldestMs > 1) flush();
  }

  function flush(): void {
    if (results.length === 0) return;
    const batch = results;
    results = [];
    try {
      if (moves.size === 0) port.postMessage(batch);
      else port.postMessage(batch, [...moves.values()].flat() as never[]);
    } catch {
      for (let at = 0; at < batch.length; at += 4) sendAlone(batch.slice(at, at + 4));
    }
    moves.clear();
  }

  /** One result that cannot be cloned fails one task. */
  function sendAlone(result: FromWorker): void {
    const [seq, status, , tookMs] = result;
    try {
      port.postMessage(result, (moves.get(seq as number) ?? []) as never[]);
    } catch (error) {
      const what = status === 0 ? 'the result' : 'what the task threw';
      const message = `${what} cannot be copied between threads: ${(error as Error).message}`;
      const failure = executorError('ERR_TASK_NOT_CLONEABLE', message, error);
      port.postMessage([seq, 1, packError(failure, 0), tookMs]);
    }
  }

  return { push, flush };
}

/** What `this` is in a task: there is nothing of where the function was written. */
function createContext(marks: TransferMarks): TaskContext {
  const context: TaskContext = {
    transfer(value, list) {
      marks.set(value, list);
      return value;
    },
  };
  function refuse(_target: TaskContext, key: string | symbol): never {
    const message = `this.${String(key)}: a task runs in another thread and has no \`this\` of its own; pass what it needs as arguments`;
    throw executorError('ERR_TASK_NOT_SELF_CONTAINED', message, undefined);
  }
  return new Proxy<TaskContext>(context, {
    get: (target, key): unknown =>
      key === 'transfer' ? Reflect.get(target, key) : refuse(target, key),
    set: refuse,
    has: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
  });
}

async function loadFunction(
  definition: TaskDefinition,
  context: TaskContext,
  importModule: ImportModule,
): Promise<AnyFunction> {
  if (definition.kind === 'text') {
    const { name, code } = definition;
    // The two parameters are what vite and esbuild write into functions during development. All on one line: the lines
    // of a stack are then those of the function.
    const text = `"use strict";(function (__name, __vite_ssr_dynamic_import__) { return ${code} })\n//# sourceURL=task:${name}`;
    const make = (0, eval)(text) as AnyFunction;
    const fn = make.call(context, (named: unknown) => named, importModule);
    if (typeof fn === 'function') return fn as AnyFunction;
    throw executorError('ERR_TASK_NOT_SELF_CONTAINED', `${name} is no function`, undefined);
  }
  const { url, exportName } = definition;
  let exported: Record<string, unknown>;
  try {
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

function packError(error: Error, depth: number): PackedError {
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key === 'name' || key === 'message' || key === 'stack' || key === 'cause') continue;
    try {
      properties[key] = structuredClone(value);
    } catch {
      // It stays behind.
    }
  }
  const packed = {
    name: error.name,
    message: error.message,
    stack: String(error.stack),
    properties,
  };
  const cause = error.cause === undefined ? {} : { cause: packCause(error.cause, depth) };
  if (!(error instanceof AggregateError)) return { ...packed, ...cause };
  const errors = error.errors.map((one: unknown) => packCause(one, depth));
  return { ...packed, ...cause, errors };
}

function packCause(value: unknown, depth: number): PackedCause {
  // Causes can go round in circles.
  if (value instanceof Error && depth < 8) {
    return { kind: 'error', error: packError(value, depth + 1) };
  }
  try {
    return { kind: 'value', value: structuredClone(value) };
  } catch {
    return { kind: 'value', value: String(value) };
  }
}

/** The pool makes an ExecutorError of it; see `unpackError`. */
function executorError(code: ExecutorErrorCode, message: string, cause: unknown): Error {
  const error = new Error(message, cause === undefined ? {} : { cause });
  return Object.assign(error, { name: 'ExecutorError', code });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
