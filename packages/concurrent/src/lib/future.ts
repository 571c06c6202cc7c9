// A value that is not there yet. Owns: settling once, telling who waits, in order, through the loop's ready queue.
// Must not know: coroutines, timers.
// HOT: `pnpm bench gen`
import { IOLoop, registerFutureKind, taskNotes } from '@typhoon/ioloop';
import { CancelledError, InvalidStateError } from './future-error.ts';
import { passThrough } from './long-stack.ts';
import { watchForOversight } from './oversight.ts';
import type { Failure } from './oversight.ts';
import type { Settleable, WaitSource } from '@typhoon/ioloop';

const PENDING = 0;
/** Cancelled, and its owner takes the time it needs to end. */
const CANCELLING = 1;
const DONE = 2;
const FAILED = 3;
const CANCELLED = 4;
type Settled = typeof DONE | typeof FAILED | typeof CANCELLED;
type State = typeof PENDING | typeof CANCELLING | Settled;

const UNSEEN = 0;
const SEEN = 1;

/** Of the futures whose `signal` somebody has asked for. */
const controllers = new WeakMap<Future<unknown>, AbortController>();

/** Written as a method, for methods are compared bivariantly: a `Future<number>` is a `Future<unknown>`. */
type DoneCallback<T> = { call(future: Future<T>): void }['call'];

/** Who waits, as an object that is told: it makes no closure. */
export interface Waiter {
  /** The future it was added to is settled. */
  onSettled(): void;
}

type Listener<T> = DoneCallback<T> | Waiter;

const tell = (waiter: Waiter): void => {
  waiter.onSettled();
};

/** What a dump says of a promise's future. */
const FROM_PROMISE: FutureOptions = { what: 'a promise' };

let watchOverlooked: (future: Future<unknown>) => void;
let copyEnd: (source: Future<unknown>, target: Future<unknown>) => void;

/** How to make a future. `what` and `waitsFor` are for `IOLoop.dump`. */
export interface FutureOptions extends WaitSource {
  /**
   * Called once, when somebody cancels the future. `true` says that its owner will settle it, in its own time;
   * otherwise it is settled as cancelled at once. `reason` is what was given to `cancel`.
   */
  onCancel?(reason: unknown): boolean | undefined;
}

/**
 * A value that is settled once: with a result, an error, or by cancellation.
 *
 * It can be awaited (it is a `PromiseLike`), yielded in a coroutine, and with `yield*` its type is known there. Whoever
 * waits is told through the loop's ready queue: in order, never from inside `setResult`.
 */
export class Future<T> implements PromiseLike<T>, Settleable {
  #state: State = PENDING;
  #value: unknown = undefined;
  /** Nobody, one callback, or several: most futures have one. */
  #callbacks: Listener<T> | Listener<T>[] | null = null;
  /** Whether somebody has looked at the error; the watch over one that nobody has; see oversight.ts. */
  #sight: typeof UNSEEN | typeof SEEN | Failure = UNSEEN;
  readonly #options: FutureOptions | undefined;

  constructor(options?: FutureOptions) {
    this.#options = options;
    if (taskNotes.isOn) taskNotes.futureMade(this);
  }

  /** A future that has its result already. */
  static resolved<T>(value: T): Future<T> {
    const future = new Future<T>();
    future.#state = DONE;
    future.#value = value;
    return future;
  }

  /** A future that has failed already. */
  static rejected<T = never>(error: unknown): Future<T> {
    const future = new Future<T>();
    future.setException(error);
    return future;
  }

  /** The future of a promise or any other thenable; a future is returned as it is (PLT-1). */
  static from<T>(source: PromiseLike<T>): Future<T> {
    if (source instanceof Future) return source as Future<T>;
    const future = new Future<T>(FROM_PROMISE);
    const fail = (error: unknown): void => {
      if (!future.done()) future.setException(error);
    };
    try {
      source.then((value) => {
        if (!future.done()) future.setResult(value);
      }, fail);
    } catch (error) {
      fail(error);
    }
    return future;
  }

  /** Whether it is settled, in whichever way. */
  done(): boolean {
    return this.#state >= DONE;
  }

  /** Whether it is not settled yet. */
  running(): boolean {
    return this.#state < DONE;
  }

  /** Whether it was settled by cancellation. */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /** How many wait for it; who cancels a future that others share takes it away from them. */
  get waiters(): number {
    if (this.#callbacks === null) return 0;
    return Array.isArray(this.#callbacks) ? this.#callbacks.length : 1;
  }

  /**
   * The result.
   * @throws what it failed with; CancelledError `ERR_CANCELLED`; InvalidStateError `ERR_INVALID_STATE` while pending.
   */
  result(): T {
    if (this.#state === DONE) return this.#value as T;
    if (this.#state < DONE) throw new InvalidStateError('the future is not settled yet');
    throw this.#error();
  }

  /**
   * What it failed with, or null.
   * @throws CancelledError `ERR_CANCELLED` when it was cancelled; InvalidStateError `ERR_INVALID_STATE` while pending.
   */
  exception(): unknown {
    if (this.#state === DONE) return null;
    if (this.#state < DONE) throw new InvalidStateError('the future is not settled yet');
    if (this.#state === FAILED) return this.#error();
    throw this.#error();
  }

  /** Settles it with a result. @throws InvalidStateError `ERR_INVALID_STATE` when it is settled (CON-3). */
  setResult(value: T): void {
    this.#settle(DONE, value);
  }

  /**
   * Settles it with an error. One that nobody ever looks at is logged (CON-5).
   * @throws InvalidStateError `ERR_INVALID_STATE` when it is settled.
   */
  setException(error: unknown): void {
    this.#settle(FAILED, error);
    if (this.#sight === UNSEEN) IOLoop.current().schedule(watchOverlooked, this);
  }

  /** Settles it as cancelled; for its owner, others call `cancel`. @throws InvalidStateError `ERR_INVALID_STATE`. */
  setCancelled(error?: CancelledError): void {
    this.#settle(CANCELLED, error);
    controllers.get(this)?.abort(this.#error());
  }

  /**
   * Asks for cancellation. Answers whether that was possible, that is, whether it was not settled yet. A coroutine's
   * future settles when the last `finally` of the coroutine is done. Asking again changes nothing.
   *
   * @param reason Becomes the `cause` of the CancelledError; a CancelledError becomes the error itself.
   */
  cancel(reason?: unknown): boolean {
    if (this.#state !== PENDING) return this.#state === CANCELLING;
    this.#state = CANCELLING;
    controllers.get(this)?.abort(cancelledBecause(reason));
    const isOwnersMatter = this.#options?.onCancel?.(reason) === true;
    if (!isOwnersMatter && this.running()) {
      this.setCancelled(reason === undefined ? undefined : cancelledBecause(reason));
    }
    return true;
  }

  /**
   * Aborts as soon as the future is cancelled, for work that takes an AbortSignal; its reason is a CancelledError. It
   * never aborts if the future ends in another way.
   */
  get signal(): AbortSignal {
    let controller = controllers.get(this);
    if (controller === undefined) {
      controllers.set(this, (controller = new AbortController()));
      if (this.#state === CANCELLED) controller.abort(this.#error());
      else if (this.#state === CANCELLING) controller.abort(new CancelledError());
    }
    return controller.signal;
  }

  /**
   * Calls `callback(future)`, or `callback.onSettled()`, through the ready queue when it is settled, at the end of this
   * event if it is already.
   */
  addDoneCallback(callback: Listener<T>): void {
    if (this.#state >= DONE) {
      this.#schedule(callback);
    } else if (this.#callbacks === null) {
      this.#callbacks = callback;
    } else if (Array.isArray(this.#callbacks)) {
      this.#callbacks.push(callback);
    } else {
      this.#callbacks = [this.#callbacks, callback];
    }
  }

  /** Forgets a callback that has not been scheduled yet; answers whether it was there. */
  removeDoneCallback(callback: Listener<T>): boolean {
    if (this.#callbacks === callback) {
      this.#callbacks = null;
      return true;
    }
    if (!Array.isArray(this.#callbacks)) return false;
    const at = this.#callbacks.indexOf(callback);
    if (at >= 0) this.#callbacks.splice(at, 1);
    return at >= 0;
  }

  /** Makes `await` and `Promise.all` work; a future looked at so is not logged. */
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.#lookAt();
    return this.#toPromise().then(onFulfilled, onRejected);
  }

  /** Makes `const value = yield* future` typed in a coroutine. */
  [Symbol.iterator](): Iterator<Future<T>, T, unknown> {
    return new FutureSteps(this);
  }

  #toPromise(): Promise<T> {
    if (this.#state === DONE) return Promise.resolve(this.#value as T);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what it failed with is passed on
    if (this.#state >= DONE) return Promise.reject(this.#error());
    return new Promise((resolve, reject) => {
      this.addDoneCallback((future) => {
        if (future.#state === DONE) resolve(future.#value as T);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the same
        else reject(future.#error());
      });
    });
  }

  /** Who waited has run by now: an error that still nobody has looked at is watched for. */
  static {
    registerFutureKind<Future<unknown>>(Future, (future) => future.#options);
    watchOverlooked = (future) => {
      if (future.#sight === UNSEEN) future.#sight = watchForOversight(future, future.#value);
    };
    copyEnd = (source, target) => {
      if (source.#state === DONE) target.#settle(DONE, source.#value);
      else if (source.#state === FAILED) target.setException(source.#error());
      else target.setCancelled(source.#value as CancelledError | undefined);
    };
  }

  /** What it ended with instead of a result; from now on somebody has seen it. */
  #error(): unknown {
    this.#lookAt();
    if (this.#state === CANCELLED) this.#value ??= new CancelledError(); // few ever look
    return this.#value;
  }

  #lookAt(): void {
    if (typeof this.#sight === 'object') this.#sight.isLookedAt = true;
    this.#sight = SEEN;
  }

  #settle(state: Settled, value: unknown): void {
    if (this.#state >= DONE) throw new InvalidStateError('the future is settled already');
    this.#state = state;
    this.#value = value;
    const callbacks = this.#callbacks;
    if (callbacks === null) return;
    this.#callbacks = null;
    if (!Array.isArray(callbacks)) this.#schedule(callbacks);
    else for (const callback of callbacks) this.#schedule(callback);
  }

  #schedule(callback: Listener<T>): void {
    if (typeof callback === 'function') IOLoop.current().schedule(callback, this);
    else IOLoop.current().schedule(tell, callback);
  }
}

/** One `yield* future`: yields the future where that is pending, and gives its result. A generator would cost twice as much. */
class FutureSteps<T> implements Iterator<Future<T>, T, unknown> {
  readonly #future: Future<T>;
  #hasYielded = false;

  constructor(future: Future<T>) {
    this.#future = future;
  }

  next(): IteratorResult<Future<T>, T> {
    const future = this.#future;
    if (this.#hasYielded || future.done()) {
      try {
        return { done: true, value: future.result() };
      } catch (error) {
        throw passThrough(error);
      }
    }
    this.#hasYielded = true;
    return { done: false, value: future };
  }

  throw(error: unknown): never {
    throw passThrough(error);
  }

  return(value: T): IteratorResult<Future<T>, T> {
    return { done: true, value };
  }
}

function cancelledBecause(reason: unknown): CancelledError {
  if (reason instanceof CancelledError) return reason;
  return reason === undefined
    ? new CancelledError()
    : new CancelledError(undefined, { cause: reason });
}

/** Gives `target` the end of `source`, which is settled; nothing happens when `target` is settled, too. */
export function passEnd<T>(source: Future<T>, target: Future<T>): void {
  if (!target.done()) copyEnd(source, target);
}

/** Whether `value` is a Future; promises and coroutines are not (CON-9). */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}
