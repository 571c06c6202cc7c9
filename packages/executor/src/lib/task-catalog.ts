// What the functions that are submitted are called in workers. Owns: their texts, one id for each, and what was learned of
// how long they take. Must not know: workers, futures.
import { Script } from 'node:vm';
import { capturedError, ExecutorError } from './executor-error.ts';
import { ModuleTask } from './module-task.ts';
import { outerNames } from './outer-names.ts';
import { locateModule } from './typescript-module.ts';
import type { TaskDefinition } from './messages.ts';

type AnyFunction = (...args: never[]) => unknown;
type ExportName = Pick<ModuleTask<never[], unknown>, 'url' | 'exportName'>;

/** One function or export that was submitted at least once. */
export interface CatalogEntry {
  readonly definition: TaskDefinition;
  /** How long it takes in a worker, in milliseconds: a moving average; 0 and `runs` 0 when nobody knows yet. */
  averageMs: number;
  /** How many times it has ended. */
  runs: number;
}

/** All that was submitted to one pool. */
export class TaskCatalog {
  readonly #byFunction = new WeakMap<object, CatalogEntry>();
  /** A closure made anew for each call has the same text each time. */
  readonly #byText = new Map<string, CatalogEntry>();
  readonly #hasOwnGlobals: boolean;
  #nextId = 1;

  /** @param hasOwnGlobals Whether workers may have global variables that are not here: then nothing is said of missing ones. */
  constructor(hasOwnGlobals = false) {
    this.#hasOwnGlobals = hasOwnGlobals;
  }

  /**
   * The entry of a function or a module task; a generator function only where it is to be iterated.
   * @throws ExecutorError `ERR_TASK_NOT_SELF_CONTAINED`; TypeError for what is no task at all.
   */
  find(task: unknown, isIterated = false): CatalogEntry {
    if (typeof task !== 'function' && !(task instanceof ModuleTask)) {
      throw new TypeError(`a task is a function or comes from moduleTasks(), not ${typeof task}`);
    }
    const known = this.#byFunction.get(task);
    if (known !== undefined) return known;
    if (!isIterated && isGeneratorFunction(task)) {
      throw notSelfContained(
        `${printableName(task)} is a generator function, which goes with stream()`,
      );
    }
    const entry =
      typeof task === 'function' ? this.#findText(task as AnyFunction) : this.#findExport(task);
    this.#byFunction.set(task, entry);
    return entry;
  }

  #findText(fn: AnyFunction): CatalogEntry {
    const text = Function.prototype.toString.call(fn);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const name = printableName(fn);
    const code = codeOf(fn, text, name);
    if (!this.#hasOwnGlobals) refuseCaptured(code, name);
    return this.#add(text, { kind: 'text', id: this.#nextId++, name, code });
  }

  #findExport({ url, exportName }: ExportName): CatalogEntry {
    const text = `${url} ${exportName}`;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.#nextId++;
    return this.#add(text, {
      kind: 'module',
      id,
      name: exportName,
      exportName,
      ...locateModule(url),
    });
  }

  #add(text: string, definition: TaskDefinition): CatalogEntry {
    const entry: CatalogEntry = { definition, averageMs: 0, runs: 0 };
    this.#byText.set(text, entry);
    return entry;
  }
}

/** Of a program that was started from text, and what development tools write into functions: see worker-main.ts. */
const WORKERS_OWN = new Set([
  ...['require', 'module', 'exports', '__filename', '__dirname'],
  ...['__name', '__vite_ssr_dynamic_import__'],
]);

/** What is neither declared inside nor a global variable here is something of where the function was written. */
function refuseCaptured(code: string, name: string): void {
  const captured = (outerNames(code) ?? []).filter(
    (one) => !WORKERS_OWN.has(one) && !(one in globalThis),
  );
  if (captured.length > 0) throw capturedError(name, captured);
}

/** An expression with the function as its value. */
function codeOf(fn: AnyFunction, text: string, name: string): string {
  const unfit = unfitness(fn, text);
  if (unfit !== null) throw notSelfContained(`${name} is ${unfit}`);
  const expression = `(${text})`;
  if (compiles(expression) === null) return expression;
  // A method's text is no expression, but one in an object. In there a private name is an error, and says nothing.
  const method = `Object.values({${text.replace(/^((?:async\s+)?\*?\s*)#/, '$1')}})[0]`;
  const reason = compiles(method);
  if (reason === null) return method;
  throw notSelfContained(
    `the text of ${name} cannot be compiled by itself: ${reason.message}`,
    reason,
  );
}

function unfitness(fn: AnyFunction, text: string): string | null {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return 'native or bound and has no text';
  if (/^class\b/.test(text)) return 'a class';
  return null;
}

function isGeneratorFunction(task: object): task is AnyFunction {
  return Object.prototype.toString.call(task).endsWith('GeneratorFunction]');
}

function compiles(code: string): Error | null {
  try {
    new Script(`"use strict";(function () { return ${code} })`);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function notSelfContained(what: string, cause?: Error): ExecutorError {
  const message = `${what}: functions are sent to workers as text and have to make sense there by themselves`;
  return new ExecutorError(
    'ERR_TASK_NOT_SELF_CONTAINED',
    message,
    cause === undefined ? {} : { cause },
  );
}

/** For messages, and as the file's name in a worker's stacks. */
function printableName(fn: AnyFunction): string {
  const name = fn.name.replace(/[^\p{L}\p{N}_$#.-]+/gu, '_');
  return name === '' ? 'anonymous' : name;
}
