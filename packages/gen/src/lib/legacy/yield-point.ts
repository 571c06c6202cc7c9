// What a coroutine of Tornado 4.5 could yield besides futures. Owns: the contract of yield points, and those over keys.
// Must not know: how a coroutine is driven (keyed-runner.ts).

/** What a yield point may ask of the coroutine that yields it. */
export interface YieldPointRunner {
  /** Makes `key` pending. @throws KeyReuseError `ERR_KEY_REUSE` */
  registerCallback(key: unknown): void;
  /** Whether `key` has its result. @throws UnknownKeyError `ERR_UNKNOWN_KEY` */
  isReady(key: unknown): boolean;
  /** Gives `key` its result, and goes on with the coroutine if that is what it waits for. */
  setResult(key: unknown, result: unknown): void;
  /** The result of `key`, which is pending no more. @throws UnknownKeyError `ERR_UNKNOWN_KEY` */
  popResult(key: unknown): unknown;
  /** A function that calls `setResult(key, …)` with its argument, in the stack contexts that are open now. */
  resultCallback(key: unknown): (...args: unknown[]) => void;
}

/**
 * Something that a coroutine of the legacy entry can wait for. `yield* point` is typed, `yield point` is `unknown`.
 * What its methods throw is thrown into the coroutine.
 */
export abstract class YieldPoint<T = unknown> {
  /** The coroutine has yielded it. */
  abstract start(runner: YieldPointRunner): void;
  /** Whether the coroutine can go on; asked after `start`, and after each `setResult`. */
  abstract isReady(): boolean;
  /** What the coroutine goes on with; asked once. */
  abstract getResult(): T;

  /** Makes `const value = yield* point` typed. */
  *[Symbol.iterator](): Generator<YieldPoint<T>, T, unknown> {
    return (yield this) as T; // the runner gives what `getResult` gave
  }
}

/** Yielded, gives a function that remembers for `Wait(key)` what it is called with (GEN-30). */
export class Callback<A extends unknown[] = unknown[]> extends YieldPoint<(...args: A) => void> {
  readonly #key: unknown;
  #runner: YieldPointRunner | null = null;

  /** @param key Anything; a list is compared by its elements. */
  constructor(key: unknown) {
    super();
    this.#key = key;
  }

  start(runner: YieldPointRunner): void {
    this.#runner = runner;
    runner.registerCallback(this.#key);
  }

  isReady(): boolean {
    return true;
  }

  getResult(): (...args: A) => void {
    return started(this.#runner).resultCallback(this.#key);
  }
}

/** Yielded, waits until the function of `Callback(key)` is called, and gives what it was called with (GEN-30, GEN-31). */
export class Wait<T = unknown> extends YieldPoint<T> {
  readonly #key: unknown;
  #runner: YieldPointRunner | null = null;

  constructor(key: unknown) {
    super();
    this.#key = key;
  }

  start(runner: YieldPointRunner): void {
    this.#runner = runner;
  }

  isReady(): boolean {
    return started(this.#runner).isReady(this.#key);
  }

  getResult(): T {
    return started(this.#runner).popResult(this.#key) as T;
  }
}

/** As `Wait`, for several keys; gives their results in that order. */
export class WaitAll<T extends readonly unknown[] = unknown[]> extends YieldPoint<T> {
  readonly #keys: readonly unknown[];
  #runner: YieldPointRunner | null = null;

  constructor(keys: readonly unknown[]) {
    super();
    this.#keys = keys;
  }

  start(runner: YieldPointRunner): void {
    this.#runner = runner;
  }

  isReady(): boolean {
    const runner = started(this.#runner);
    return this.#keys.every((key) => runner.isReady(key));
  }

  getResult(): T {
    const runner = started(this.#runner);
    const results: unknown = this.#keys.map((key) => runner.popResult(key));
    return results as T;
  }
}

function started(runner: YieldPointRunner | null): YieldPointRunner {
  if (runner === null) throw new TypeError('the yield point was not yielded');
  return runner;
}
