// What a dump has to know of coroutines and futures, whose classes live above the loop. Owns: the interfaces, who registered,
// and the notes of the debug mode. Must not know: gen, concurrent.

/** A coroutine, as a dump sees it. */
export interface TaskView {
  /** Its generator: the dump reads its name and place. */
  readonly generator: object;
  /** What is settled when it ends. */
  readonly future: object;
  /** What it waits for; null when it is about to run. */
  readonly awaited: object | null;
  /** When it began to wait, as `IOLoop.waitMark`; meaningless while it does not. */
  readonly waitMark: number;
}

/** What gen says of its coroutines; null of one that has ended. */
export type TaskKind<T> = (task: T) => TaskView | null;

/** What a dump may ask the object behind a future: what it is, and what that waits for in turn. */
export interface WaitSource {
  /** In a few words: `sleep`, `Queue.get`. */
  readonly what?: string;
  /** The futures that it waits for. */
  waitsFor?(): readonly object[];
}

/** What concurrent says of its futures: who settles one, as far as the future knows. */
export type FutureKind<F> = (future: F) => WaitSource | undefined;

interface Registered<K> {
  readonly prototype: object;
  readonly view: K;
}

/** Both are registered when their modules are loaded, and stay. */
const registered: {
  task: Registered<TaskKind<object>> | null;
  future: Registered<FutureKind<object>> | null;
} = { task: null, future: null };

/** For gen: makes its coroutines visible in dumps. */
export function registerTaskKind<T extends object>(
  constructor: abstract new (...args: never[]) => T,
  view: TaskKind<T>,
): void {
  registered.task = { prototype: constructor.prototype as object, view: view as TaskKind<object> };
}

/** For concurrent: lets dumps look behind its futures. */
export function registerFutureKind<F extends object>(
  constructor: abstract new (...args: never[]) => F,
  view: FutureKind<F>,
): void {
  registered.future = {
    prototype: constructor.prototype as object,
    view: view as FutureKind<object>,
  };
}

/** The class of coroutines, or null while there is none. */
export function taskKind(): Registered<TaskKind<object>> | null {
  return registered.task;
}

/** The class of futures, or null while there is none. */
export function futureKind(): Registered<FutureKind<object>> | null {
  return registered.future;
}

/** The debug mode: while it is on, gen notes each coroutine that it makes and that ends. */
export class TaskNotes {
  /** Whether gen shall call. One comparison a coroutine. */
  isOn = false;
  readonly #made = new Map<object, { stack?: string }>();
  /** Of futures: those that are gone need no note. */
  #origins = new WeakMap<object, { stack?: string }>();

  /** Turns the notes on, or off and drops them. */
  turn(isOn: boolean): void {
    this.isOn = isOn;
    if (isOn) return;
    this.#made.clear();
    this.#origins = new WeakMap();
  }

  /** A coroutine is made, by who is on the stack. It is kept until it ends. */
  made(task: object): void {
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder);
    this.#made.set(task, holder);
  }

  /** A coroutine has ended. */
  ended(task: object): void {
    this.#made.delete(task);
  }

  /** For concurrent: a future is made, by who is on the stack. */
  futureMade(future: object): void {
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder);
    this.#origins.set(future, holder);
  }

  /** The stack of whoever made a future; null when that was not noted. */
  originOf(future: object): string | null {
    return this.#origins.get(future)?.stack ?? null;
  }

  /** The stack of whoever made it; null when that was not noted. */
  stackOf(task: object): string | null {
    return this.#made.get(task)?.stack ?? null;
  }
}

/** The notes of this thread. */
export const taskNotes: TaskNotes = new TaskNotes();
