// The items of a task, as they come. Owns: what has come and was not read, and how far the task may go on.
// Must not know: where the task is done.
import type { Future } from '@typhoon/concurrent';
import type { Executor, TaskContext, TaskOptions } from './executor.ts';
import type { ModuleTask } from './module-task.ts';

/** What can be iterated: the result of a generator function, a list, a stream. */
export type Items<T> = AsyncIterable<T> | Iterable<T>;

/** A task that gives items: a self-contained function, a generator function for one, or the export of a module. */
export type StreamableTask<A extends unknown[], T> =
  ((this: TaskContext, ...args: A) => Items<T> | PromiseLike<Items<T>>) | ModuleTask<A, Items<T>>;

/** How to have a task's items. */
export interface StreamOptions extends TaskOptions {
  /** How many items there may be that were not read. Default 16. */
  readonly highWaterMark?: number;
}

/** An executor whose tasks can give items one by one. */
export interface StreamingExecutor extends Executor {
  /** Has a task done that gives items; see `PoolExecutor.stream`. */
  stream<A extends unknown[], T>(
    task: StreamableTask<A, T>,
    args: A,
    options?: StreamOptions,
  ): TaskStream<T>;
}

/** Where the items come from. */
interface Source {
  /** The end: with what the generator returned, or the error. */
  readonly future: Future<unknown>;
  readonly credit: (count: number) => void;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What a task gives, item by item: `for await (const item of pool.stream(task, args))`. Leaving the loop cancels the task, and
 * goes on when its `finally` blocks have run.
 */
export class TaskStream<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  readonly #source: Source;
  readonly #window: number;
  readonly #readers: Reader<T>[] = [];
  /** Those from `#next` on were not read. */
  #items: T[] = [];
  #next = 0;
  /** Read, and not told to the task. */
  #unsaid = 0;
  #isOver = false;

  /** For executors. @throws RangeError when `highWaterMark` is not a whole number of at least 1. */
  constructor(
    highWaterMark = 16,
    start: (onItem: (item: unknown) => void, window: number) => Source,
  ) {
    if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
      throw new RangeError(`highWaterMark is a whole number of at least 1, not ${highWaterMark}`);
    }
    this.#window = highWaterMark;
    const onItem = (item: unknown): void => {
      const reader = this.#readers.shift();
      if (reader === undefined) this.#items.push(item as T);
      else {
        this.#haveRead();
        reader.resolve({ done: false, value: item as T });
      }
    };
    this.#source = start(onItem, highWaterMark);
    this.#source.future.addDoneCallback(() => {
      while (this.#readers.length > 0) this.#end(this.#readers.shift() as Reader<T>);
    });
  }

  /** The next item, when it is there. Rejects with what the task threw once all items before that are read. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#next < this.#items.length) {
      const value = this.#items[this.#next++] as T;
      if (this.#next === this.#items.length) {
        this.#items = [];
        this.#next = 0;
      }
      this.#haveRead();
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      if (this.#source.future.done()) this.#end(reader);
      else this.#readers.push(reader);
    });
  }

  /** Cancels the task, and resolves when it has ended. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#isOver = true;
    this.#items = [];
    this.#next = 0;
    const { future } = this.#source;
    future.cancel();
    if (!future.done()) {
      await new Promise<void>((resolve) => {
        future.addDoneCallback(() => {
          resolve();
        });
      });
    }
    if (!future.cancelled()) future.exception();
    return { done: true, value: undefined };
  }

  /** Cancels the task; who reads gets CancelledError. */
  cancel(reason?: unknown): void {
    this.#source.future.cancel(reason);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As `return`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #end({ resolve, reject }: Reader<T>): void {
    const isTold = this.#isOver;
    this.#isOver = true;
    try {
      this.#source.future.result();
    } catch (error) {
      if (!isTold) {
        reject(error);
        return;
      }
    }
    resolve({ done: true, value: undefined });
  }

  /** Says so in lots, so that a message serves for several items. */
  #haveRead(): void {
    this.#unsaid++;
    if (this.#unsaid < Math.max(1, this.#window >> 1)) return;
    const count = this.#unsaid;
    this.#unsaid = 0;
    this.#source.credit(count);
  }
}
