// What a pool and its workers say to each other. Types alone: the worker's code is sent as text and imports nothing.

/** A function as text; `code` is an expression whose value is the function. */
export interface TextDefinition {
  readonly kind: 'text';
  readonly id: number;
  readonly name: string;
  readonly code: string;
}

/** A function that is the export of a module. */
export interface ModuleDefinition {
  readonly kind: 'module';
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly exportName: string;
  /** What is to be imported before it, or null. */
  readonly preload: string | null;
}

/** How a worker finds the function of a task; sent once to each worker, before the first task that needs it. */
export type TaskDefinition = TextDefinition | ModuleDefinition;

/** What few tasks have besides arguments. */
export interface TaskExtra {
  /** When it has to be done, in milliseconds since the epoch. */
  readonly deadlineMs?: number;
  /** What the pool's `carry` gave at submission. */
  readonly carried?: Readonly<Record<string, unknown>>;
  /** It is to be iterated, so many items ahead of the reader. */
  readonly window?: number;
}

/** What a pool sends. */
export type ToWorker =
  | {
      readonly kind: 'start';
      readonly claims: Int32Array | null;
      /** A module with hooks, or null; see `PoolOptions.workerModule`. */
      readonly module: Pick<ModuleDefinition, 'url' | 'preload'> | null;
    }
  | {
      readonly kind: 'batch';
      readonly define: readonly TaskDefinition[];
      /** Four values a task: its number, the id of its definition, its arguments, a `TaskExtra` or null. */
      readonly tasks: unknown[];
    }
  /** Nobody waits any more for this task. */
  | { readonly kind: 'cancel'; readonly seq: number }
  /** So many items of this task were read. */
  | { readonly kind: 'credit'; readonly seq: number; readonly count: number }
  | { readonly kind: 'stop' };

/** What a worker sends: four values each: the task's number, a `Status`, the value, how long it took in milliseconds. */
export type FromWorker = readonly unknown[];

/**
 * How a task ended: 0 its value is a result, 1 a `PackedError`, 2 something thrown that is no Error, 3 it was cancelled;
 * or what it says meanwhile: 4 an item, 5 progress.
 */
export type Status = 0 | 1 | 2 | 3 | 4 | 5;

/** An Error taken apart; structured cloning alone would lose its name and its own properties. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Its own enumerable properties, such as `code`; those that cannot be cloned are left out. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause?: PackedCause;
  /** The errors of an AggregateError. */
  readonly errors?: readonly PackedCause[];
}

/** What an error was caused by: an Error taken apart, or any other value. */
export type PackedCause =
  | { readonly kind: 'error'; readonly error: PackedError }
  | { readonly kind: 'value'; readonly value: unknown };
