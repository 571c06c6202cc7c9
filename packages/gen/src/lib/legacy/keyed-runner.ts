// Drives a generator that may yield yield points: makes it one that yields what every coroutine may. Owns: the keys, what
// is waited for, the exception context. Must not know: how the result gets out (runner.ts does that).
import { chainFuture, Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import {
  ExceptionStackContext,
  StackContextInconsistentError,
  state,
  wrap,
} from '@typhoon/ioloop/legacy';
import { Return } from '../gen-error.ts';
import { convertYielded } from '../multi.ts';
import { asOne } from './arguments.ts';
import { yieldPointOf } from './multi-yield-point.ts';
import { PendingKeys } from './pending-keys.ts';
import { LeakedCallbackError } from './yield-point-error.ts';
import type { Contexts } from '@typhoon/ioloop/legacy';
import type { YieldPoint, YieldPointRunner } from './yield-point.ts';

type AnyGenerator<R> = Generator<unknown, R, unknown>;

/** What the generator gets next: a value, or an error that is thrown into it. */
interface Sent {
  readonly isError: boolean;
  readonly value: unknown;
}

/** Gives a generator that does what `generator` does, and yields futures in place of its yield points. */
export function withYieldPoints<R>(generator: AnyGenerator<R>): AnyGenerator<R> {
  return new KeyedRunner<R>(generator).run();
}

class KeyedRunner<R> implements YieldPointRunner {
  readonly #generator: AnyGenerator<R>;
  readonly #keys = new PendingKeys();
  /** The yield point that is waited for. */
  #point: YieldPoint | null = null;
  /** What is waited for, once there is a context whose errors may come in its place. */
  #awaited: Future<unknown> | null = null;
  /** Errors of callbacks that came when the wait was over already: the next wait fails with the first. */
  #errors: unknown[] = [];
  /** The contexts that the generator runs in, from its first yield point on (GEN-36). */
  #contexts: Contexts | null = null;
  #deactivate: () => void = () => undefined;
  #isRunning = false;
  #isFinished = false;
  #hadError = false;

  constructor(generator: AnyGenerator<R>) {
    this.#generator = generator;
  }

  *run(): AnyGenerator<R> {
    let sent: Sent = { isError: false, value: undefined };
    try {
      for (;;) {
        const step = this.#step(sent);
        if (step.done === true) return step.value;
        try {
          sent = { isError: false, value: yield this.#yieldable(step.value) };
        } catch (error) {
          this.#hadError = true;
          sent = { isError: true, value: error };
        }
        this.#point = null;
        this.#awaited = null;
      }
    } finally {
      this.#finish();
    }
  }

  registerCallback(key: unknown): void {
    this.#keys.add(key);
  }

  isReady(key: unknown): boolean {
    return this.#keys.isReady(key);
  }

  setResult(key: unknown, result: unknown): void {
    this.#keys.settle(key, result);
    if (this.#point !== null) this.#settleIfReady(this.#point);
  }

  popResult(key: unknown): unknown {
    return this.#keys.take(key);
  }

  resultCallback(key: unknown): (...args: unknown[]) => void {
    return wrap((...args: unknown[]) => {
      this.setResult(key, asOne(args));
    });
  }

  #step(sent: Sent): IteratorResult<unknown, R> {
    this.#isRunning = true;
    try {
      const step = this.#within(() => this.#resume(sent));
      if (step.done === true) this.#checkLeaks();
      return step;
    } catch (error) {
      if (error instanceof Return) this.#checkLeaks();
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  #resume({ isError, value }: Sent): IteratorResult<unknown, R> {
    const before = state.contexts;
    let step = isError ? this.#generator.throw(value) : this.#generator.next(value);
    if (state.contexts === before || step.done === true) return step;
    step = this.#generator.throw(new StackContextInconsistentError()); // GEN-37
    return step;
  }

  /** Not for one that an error was thrown into: it may have lost its way to a `Wait` (GEN-33). */
  #checkLeaks(): void {
    const { keys } = this.#keys;
    if (keys.length > 0 && !this.#hadError) throw new LeakedCallbackError(keys);
  }

  /** Calls `fn` in the generator's contexts. */
  #within<T>(fn: () => T): T {
    const outer = state.contexts;
    if (this.#contexts !== null) state.contexts = this.#contexts;
    try {
      return fn();
    } finally {
      state.contexts = outer;
    }
  }

  /** What a runner can wait for. @throws BadYieldError `ERR_BAD_YIELD` */
  #yieldable(yielded: unknown): unknown {
    if (this.#errors.length > 0) throw this.#errors.shift();
    const point = yieldPointOf(yielded);
    if (point !== null) return this.#started(point);
    if (this.#contexts === null) return yielded;
    const future = convertYielded(yielded);
    if (future.done()) return future;
    const awaited = new Future<unknown>({
      onCancel: (reason) => {
        future.cancel(reason);
        return false;
      },
    });
    chainFuture(future, awaited);
    this.#awaited = awaited;
    return awaited;
  }

  #started(point: YieldPoint): Future<unknown> {
    const awaited = new Future<unknown>();
    this.#awaited = awaited;
    const start = (): void => {
      if (awaited.done()) return;
      this.#point = point;
      this.#settle(() => {
        point.start(this);
        return point.isReady();
      });
    };
    if (this.#contexts === null) this.#openContext(start);
    else this.#within(start);
    return awaited;
  }

  /** From now on errors of the callbacks that the generator leaves come back to it (GEN-36). */
  #openContext(start: () => void): void {
    const context = new ExceptionStackContext((error) => this.#takeError(error));
    context.run((deactivate) => {
      this.#deactivate = deactivate;
      this.#contexts = state.contexts;
      IOLoop.current().addCallback(start);
    });
  }

  #takeError(error: unknown): boolean {
    if (this.#isRunning || this.#isFinished) return false;
    if (this.#awaited === null || this.#awaited.done()) this.#errors.push(error);
    else this.#awaited.setException(error);
    return true;
  }

  #settleIfReady(point: YieldPoint): void {
    this.#settle(() => point.isReady());
  }

  /** Settles what is awaited with the point's result, if it is ready. */
  #settle(isReady: () => boolean): void {
    const { awaited, point } = { awaited: this.#awaited, point: this.#point };
    if (awaited === null || point === null || awaited.done()) return;
    this.#within(() => {
      try {
        if (isReady() && !awaited.done()) awaited.setResult(point.getResult());
      } catch (error) {
        if (!awaited.done()) awaited.setException(error);
      }
    });
  }

  #finish(): void {
    this.#isFinished = true;
    this.#deactivate();
    for (const error of this.#errors.splice(0)) {
      IOLoop.current().addCallback(() => {
        throw error;
      });
    }
  }
}
