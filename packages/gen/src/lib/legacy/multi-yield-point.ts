// Waiting for several yield points and futures at once (GEN-17).
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { convertYielded } from '../multi.ts';
import { YieldPoint } from './yield-point.ts';
import type { MultiOptions, Yielded } from '../multi.ts';
import type { YieldPointRunner } from './yield-point.ts';

/** What a list or a record may have among its elements. */
type Children = readonly unknown[] | Readonly<Record<string, unknown>>;

/** What yielding a `T` gives, which may be or have yield points. */
export type PointResult<T> =
  T extends YieldPoint<infer R>
    ? R
    : T extends PromiseLike<unknown>
      ? Yielded<T>
      : T extends Children
        ? { -readonly [K in keyof T]: PointResult<T[K]> }
        : Yielded<T>;

/** A future as a yield point. */
export class YieldFuture<T> extends YieldPoint<T> {
  readonly #future: Future<T>;
  readonly #key = {};
  #runner: YieldPointRunner | null = null;

  constructor(future: PromiseLike<T>) {
    super();
    this.#future = Future.from(future);
  }

  start(runner: YieldPointRunner): void {
    if (this.#future.done()) return;
    this.#runner = runner;
    runner.registerCallback(this.#key);
    IOLoop.current().addFuture(this.#future, runner.resultCallback(this.#key));
  }

  isReady(): boolean {
    return this.#runner === null || this.#runner.isReady(this.#key);
  }

  getResult(): T {
    this.#runner?.popResult(this.#key);
    return this.#future.result();
  }
}

/**
 * Waits for all of a list or a record of yield points, futures and whatever else can be yielded; gives their results in
 * the same shape. It fails with the first error in the order of the input, and logs the others. A list or a record that is
 * yielded as such is made one when there is a yield point in it.
 */
export class MultiYieldPoint<const T extends Children> extends YieldPoint<PointResult<T>> {
  readonly #keys: readonly string[] | null;
  readonly #children: readonly YieldPoint[];
  readonly #unfinished: Set<YieldPoint>;
  readonly #options: MultiOptions;

  /** @throws BadYieldError `ERR_BAD_YIELD` for a child that cannot be waited for. */
  constructor(children: T, options: MultiOptions = {}) {
    super();
    this.#keys = Array.isArray(children) ? null : Object.keys(children);
    this.#children = Object.values(children).map((child) => asYieldPoint(child));
    this.#unfinished = new Set(this.#children);
    this.#options = options;
  }

  start(runner: YieldPointRunner): void {
    for (const child of this.#children) child.start(runner);
  }

  isReady(): boolean {
    for (const child of this.#unfinished) {
      if (!child.isReady()) return false;
      this.#unfinished.delete(child);
    }
    return true;
  }

  getResult(): PointResult<T> {
    const results: unknown[] = [];
    let failure: { readonly error: unknown } | null = null;
    for (const child of this.#children) {
      try {
        results.push(child.getResult());
      } catch (error) {
        if (failure === null) failure = { error };
        else if (failure.error !== error) this.#logFurther(error);
      }
    }
    if (failure !== null) throw failure.error;
    const shaped: unknown =
      this.#keys === null
        ? results
        : Object.fromEntries(this.#keys.map((key, at) => [key, results[at]]));
    return shaped as PointResult<T>;
  }

  #logFurther(error: unknown): void {
    const { quietExceptions = [] } = this.#options;
    if (quietExceptions.some((quiet) => error instanceof quiet)) return;
    appLog.error('Multiple exceptions in yield list', error);
  }
}

/** `yielded` itself, or a list or record with yield points in it as one; null for what needs none. */
export function yieldPointOf(yielded: unknown): YieldPoint | null {
  if (yielded instanceof YieldPoint) return yielded;
  return hasYieldPoint(yielded) ? new MultiYieldPoint(yielded) : null;
}

function asYieldPoint(child: unknown): YieldPoint {
  return yieldPointOf(child) ?? new YieldFuture(convertYielded(child));
}

function hasYieldPoint(yielded: unknown): yielded is Children {
  if (typeof yielded !== 'object' || yielded === null || 'then' in yielded) return false;
  const prototype: unknown = Object.getPrototypeOf(yielded);
  const isPlain = Array.isArray(yielded) || prototype === Object.prototype || prototype === null;
  return (
    isPlain &&
    Object.values(yielded).some((child) => child instanceof YieldPoint || hasYieldPoint(child))
  );
}
