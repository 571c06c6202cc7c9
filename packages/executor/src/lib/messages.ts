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
}

/** How a worker finds the function of a task; sent once to each worker, before the first task that needs it. */
export type TaskDefinition = TextDefinition | ModuleDefinition;

/** What a pool sends. */
export type ToWorker =
  | { readonly kind: 'start'; readonly claims: Int32Array }
  | {
      readonly kind: 'batch';
      readonly define: readonly TaskDefinition[];
      /** Three values a task: its number, the id of its definition, its arguments. */
      readonly tasks: readonly unknown[];
    }
  | { readonly kind: 'stop' };

/** What a worker sends: four values a task: its number, a `Status`, the value, how long it took in milliseconds. */
export type FromWorker = readonly unknown[];

/** How a task ended: its value is a result, a `PackedError`, or something thrown that is no Error. */
export type Status = 0 | 1 | 2;

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
