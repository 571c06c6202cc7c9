// The loop: one object per thread over Node.js's own event loop. Owns: the order in which callbacks run, the timers'
// public face, which loop is current. Must not know: sockets (the poller does), futures (they tell it when they settle).
// HOT: `pnpm bench http` (enter, exit, schedule)
//
// One event (a batch of I/O, a timer, a turn of callbacks) is `enter` ... `exit`. At its end the ready queue is drained:
// what futures and coroutines scheduled, first in, first out, never re-entrant. Then what was written meanwhile is
// flushed. `addCallback` is for the next turn: I/O has its chance in between, so callbacks never starve it.
import { appLog } from '@typhoon/log';
import { systemClock } from './clock.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { LoopError } from './loop-error.ts';
import { NetPoller } from './net-poller.ts';
import { ReadyQueue } from './ready-queue.ts';
import type { Clock, ClockTimer } from './clock.ts';
import type { Flushable, Poller, PollerHost } from './poller.ts';
import type { Timeout, TimeoutHandle } from './timeout.ts';

/** All that the loop asks of a future. */
export interface Settleable {
  /** Calls `callback` through the loop's ready queue once the future is settled. */
  addDoneCallback(callback: () => void): void;
}

/** How to make a loop. */
export interface IOLoopOptions {
  /** Where time comes from. Default: the system. */
  readonly clock?: Clock;
  /** Makes the poller when the loop first needs one. Default: the `net` poller. */
  readonly poller?: (loop: PollerHost) => Poller;
  /** Become the thread's current loop. Default true. */
  readonly makeCurrent?: boolean;
}

class LoopTimeout implements TimeoutHandle {
  readonly deadlineMs: number;
  timer: ClockTimer | null = null;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }
}

/** The thread's current loop. */
let current: IOLoop | null = null;

/** Resolved once and for all: the cheapest way to be called back in a microtask. */
const SOON = Promise.resolve();

/**
 * An event loop over Node.js's own: callbacks, timers and connections of one thread.
 *
 * ```ts no-run
 * const loop = IOLoop.current()
 * loop.callLater(100, () => loop.stop())
 * await loop.start()
 * ```
 */
export class IOLoop implements PollerHost {
  /** Event masks for `addHandler`. */
  static readonly NONE = 0;
  /** The descriptor can be read. */
  static readonly READ = 0x001;
  /** The descriptor can be written. */
  static readonly WRITE = 0x004;
  /** Error or hang-up; always reported. */
  static readonly ERROR = 0x018;

  /** Coarse timeouts that are set and cleared on every request; see `DeadlineSweep`. */
  readonly sweep: DeadlineSweep;
  readonly #clock: Clock;
  readonly #makePoller: (loop: PollerHost) => Poller;
  readonly #ready = new ReadyQueue();
  readonly #nextTurn = new ReadyQueue();
  readonly #drainSoon: () => void;
  readonly #runTurn: () => void;
  #flushables: Flushable[] = [];
  #poller: Poller | null = null;
  #depth = 0;
  #outer: IOLoop | null = null;
  #isDrainComing = false;
  #isTurnComing = false;
  #isClosed = false;
  #isStopRequested = false;
  #running: { readonly resolve: () => void; readonly keepAlive: NodeJS.Timeout } | null = null;

  constructor(options: IOLoopOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#makePoller = options.poller ?? ((loop) => new NetPoller(loop));
    this.sweep = new DeadlineSweep(this);
    this.#drainSoon = () => {
      this.#isDrainComing = false;
      this.enter();
      this.exit();
    };
    this.#runTurn = () => {
      this.#isTurnComing = false;
      this.#ready.takeAll(this.#nextTurn);
      this.enter();
      this.exit();
    };
    this.#clock.attach?.(() => this.#nextTurn.length === 0 && this.#ready.length === 0);
    if (options.makeCurrent !== false) current = this;
  }

  /** The loop that runs the present callback, else the thread's loop, made when there is none (IOL-25, 42). */
  static current(): IOLoop;
  /** The current loop, or null when there is none and `instance` is false. */
  static current(options: { readonly instance: false }): IOLoop | null;
  static current(options?: { readonly instance?: boolean }): IOLoop | null {
    if (current === null && options?.instance !== false) current = new IOLoop();
    return current;
  }

  /** Forgets which loop is current; the loop itself goes on. */
  static clearCurrent(): void {
    current = null;
  }

  /** Becomes the thread's current loop. */
  makeCurrent(): void {
    current = this;
  }

  /** What makes this loop's connections. */
  get poller(): Poller {
    if (this.#isClosed) throw closedError();
    this.#poller ??= this.#makePoller(this);
    return this.#poller;
  }

  /** The present instant: milliseconds since the epoch, monotonic, fractional. */
  time(): number {
    return this.#clock.now();
  }

  /**
   * Keeps the process alive and resolves when `stop` is called.
   * Rejects with LoopError `ERR_LOOP_RUNNING`, `ERR_LOOP_CLOSED`.
   */
  start(): Promise<void> {
    if (this.#running !== null) {
      return Promise.reject(new LoopError('ERR_LOOP_RUNNING', 'IOLoop is already running'));
    }
    if (this.#isClosed) return Promise.reject(closedError());
    if (this.#isStopRequested) {
      this.#isStopRequested = false;
      return Promise.resolve();
    }
    return this.#run();
  }

  #run(): Promise<void> {
    const before = current;
    current = this;
    return new Promise<void>((resolve) => {
      const keepAlive = setInterval(() => undefined, 2 ** 31 - 1);
      this.#running = { resolve, keepAlive };
    }).finally(() => {
      if (current === this) current = before ?? this;
    });
  }

  /** Ends `start`: the present event is finished first (IOL-20). Before `start`, makes it return at once (IOL-19). */
  stop(): void {
    const running = this.#running;
    if (running === null) {
      this.#isStopRequested = true;
      return;
    }
    this.#running = null;
    clearInterval(running.keepAlive);
    this.addCallback(running.resolve);
  }

  /**
   * Calls `fn` on the loop, waits for what it returns, and resolves with that.
   *
   * @param options.timeoutMs Give up after so many milliseconds; the work is cancelled if it can be. Default: never.
   * Rejects with what `fn` throws, or LoopError `ERR_BAD_YIELD`, `ERR_LOOP_TIMEOUT`, `ERR_LOOP_STOPPED`, `ERR_LOOP_RUNNING`.
   */
  async runSync<T>(
    fn: () => PromiseLike<T> | null | undefined,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T | undefined> {
    this.#isStopRequested = false;
    const stopped = this.start();
    if (this.#running === null) await stopped;
    let timeout: TimeoutHandle | undefined;
    const { timeoutMs } = options;
    let isEnded = false;
    try {
      const outcome = new Promise<T | undefined>((resolve, reject) => {
        this.addCallback(() => {
          const work = startWork(fn, resolve, reject);
          if (timeoutMs === undefined) return;
          timeout = this.callLater(timeoutMs, () => {
            reject(new LoopError('ERR_LOOP_TIMEOUT', `Operation timed out after ${timeoutMs} ms`));
            cancel(work);
          });
        });
      });
      const early = stopped.then(() => {
        if (!isEnded)
          throw new LoopError(
            'ERR_LOOP_STOPPED',
            'the loop was stopped before the result was there',
          );
        return undefined;
      });
      early.catch(() => undefined);
      return await Promise.race([outcome, early]);
    } finally {
      isEnded = true;
      if (timeout !== undefined) this.removeTimeout(timeout);
      if (this.#running !== null) this.stop();
    }
  }

  /** Runs `callback(...args)` in the loop's next turn, after I/O had its chance (IOL-1). After `close` it does nothing. */
  addCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    if (this.#isClosed) return;
    this.#nextTurn.push((values: A) => {
      this.#call(callback, values);
    }, args);
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    setImmediate(this.#runTurn);
  }

  /** As `addCallback`, but carries no context of the caller's along. */
  spawnCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    this.addCallback(callback, ...args);
  }

  /** As `addCallback`; Node.js's signal handlers are ordinary events. */
  addCallbackFromSignal<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    this.addCallback(callback, ...args);
  }

  /**
   * Runs `callback(argument)` at the end of the present event, behind what is scheduled already; for futures and runners.
   * An exception is logged and ends nothing.
   */
  schedule<A>(callback: (argument: A) => void, argument: A): void {
    this.#ready.push(callback, argument);
    if (this.#depth === 0) this.#ensureDrain();
  }

  /** Runs `callback` after `delayMs` milliseconds, in an event of its own. */
  callLater<A extends unknown[]>(
    delayMs: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimeoutHandle {
    return this.callAt(this.time() + delayMs, callback, ...args);
  }

  /**
   * Runs `callback` at the instant `whenMs` on `time()`.
   * @throws LoopError `ERR_BAD_DEADLINE` when that is not a finite number (IOL-41).
   */
  callAt<A extends unknown[]>(
    whenMs: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimeoutHandle {
    if (!Number.isFinite(whenMs)) {
      throw new LoopError('ERR_BAD_DEADLINE', `Unsupported deadline ${String(whenMs)}`);
    }
    const timeout = new LoopTimeout(whenMs);
    if (this.#isClosed) return timeout;
    timeout.timer = this.#clock.setTimer(Math.max(0, whenMs - this.time()), () => {
      timeout.timer = null;
      this.enter();
      this.#call(callback, args);
      this.exit();
    });
    return timeout;
  }

  /**
   * Runs `callback` after a duration in milliseconds, or at an instant `{ at }` (IOL-9).
   * @throws LoopError `ERR_BAD_DEADLINE`.
   */
  addTimeout<A extends unknown[]>(
    timeout: Timeout,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimeoutHandle {
    return this.callAt(this.deadline(timeout), callback, ...args);
  }

  /** The instant that `timeout` means, on `time()`. @throws LoopError `ERR_BAD_DEADLINE`. */
  deadline(timeout: Timeout): number {
    const at = typeof timeout === 'number' ? this.time() + timeout : timeout.at;
    if (!Number.isFinite(at)) {
      throw new LoopError('ERR_BAD_DEADLINE', `Unsupported deadline ${String(at)}`);
    }
    return at;
  }

  /** Forgets a timeout; harmless when it has fired (IOL-6, 40). */
  removeTimeout(handle: TimeoutHandle): void {
    if (!(handle instanceof LoopTimeout) || handle.timer === null) return;
    this.#clock.clearTimer(handle.timer);
    handle.timer = null;
  }

  /** Runs `callback(future)` on the loop once the future is settled, never at once (IOL-24). */
  addFuture<F extends Settleable>(future: F, callback: (future: F) => unknown): void {
    future.addDoneCallback(() => {
      this.#call(callback, [future]);
    });
  }

  /**
   * Calls `handler(fd, events)` whenever the descriptor is ready.
   * @throws LoopError `ERR_HANDLERS_UNSUPPORTED` where the poller cannot watch raw descriptors.
   */
  addHandler(fd: number, handler: (fd: number, events: number) => void, events: number): void {
    const { poller } = this;
    if (poller.addHandler === undefined) throw unsupported(poller);
    poller.addHandler(fd, handler, events);
  }

  /** Changes the mask a descriptor is watched for. Errors as for `addHandler`. */
  updateHandler(fd: number, events: number): void {
    const { poller } = this;
    if (poller.updateHandler === undefined) throw unsupported(poller);
    poller.updateHandler(fd, events);
  }

  /** Watches a descriptor no more. Errors as for `addHandler`. */
  removeHandler(fd: number): void {
    const { poller } = this;
    if (poller.removeHandler === undefined) throw unsupported(poller);
    poller.removeHandler(fd);
  }

  /** Closes the poller and drops what waits; afterwards `addCallback` does nothing (IOL-12). */
  close(): void {
    if (this.#isClosed) return;
    this.#poller?.close();
    this.#isClosed = true;
    if (this.#running !== null) {
      clearInterval(this.#running.keepAlive);
      this.#running.resolve();
      this.#running = null;
    }
    this.#nextTurn.clear();
    if (current === this) current = null;
  }

  /** Called when a callback threw; logs it. Subclasses may do otherwise (IOL-14). */
  handleCallbackException(callback: unknown, error: unknown): void {
    const name =
      typeof callback === 'function' && callback.name !== '' ? callback.name : 'callback';
    appLog.error('Exception in callback %s', name, asError(error));
  }

  /** For pollers: an event begins. Every `enter` is followed by `exit`. */
  enter(): void {
    if (this.#depth++ === 0) {
      this.#outer = current;
      current = this;
    }
  }

  /** For pollers: an event ends. The ready queue is drained, then everything written is flushed. */
  exit(): void {
    if (this.#depth === 1) this.#drain();
    if (--this.#depth === 0) {
      if (this.#outer !== null) current = this.#outer;
      this.#outer = null;
    }
  }

  /** For transports: `flush` is called at the end of the present event, or soon when there is none. */
  addFlush(flushable: Flushable): void {
    this.#flushables.push(flushable);
    if (this.#depth === 0) this.#ensureDrain();
  }

  #ensureDrain(): void {
    if (this.#isDrainComing) return;
    this.#isDrainComing = true;
    void SOON.then(this.#drainSoon);
  }

  #drain(): void {
    const ready = this.#ready;
    for (;;) {
      while (ready.length > 0) {
        try {
          ready.runNext();
        } catch (error) {
          this.handleCallbackException(null, error);
        }
      }
      if (this.#flushables.length === 0) return;
      const flushables = this.#flushables;
      this.#flushables = [];
      for (const flushable of flushables) flushable.flush();
    }
  }

  /** Calls, logs what it throws, and logs the failure of a promise or future that it returns (IOL-13). */
  #call<A extends unknown[]>(callback: (...args: A) => unknown, args: A): void {
    try {
      const result = callback(...args);
      if (isThenable(result)) {
        result.then(undefined, (error: unknown) => {
          if (!isCancellation(error)) this.handleCallbackException(callback, error);
        });
      }
    } catch (error) {
      this.handleCallbackException(callback, error);
    }
  }
}

function closedError(): LoopError {
  return new LoopError('ERR_LOOP_CLOSED', 'the loop is closed');
}

function unsupported(poller: Poller): LoopError {
  const message = `the ${poller.name} poller cannot watch raw descriptors`;
  return new LoopError('ERR_HANDLERS_UNSUPPORTED', message);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/** A callback whose work was cancelled has not failed. */
function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'CancelledError';
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function startWork<T>(
  fn: () => PromiseLike<T> | null | undefined,
  resolve: (value: T | undefined | PromiseLike<T>) => void,
  reject: (error: unknown) => void,
): unknown {
  try {
    const work = fn();
    if (work === null || work === undefined) resolve(undefined);
    else if (isThenable(work)) work.then(resolve, reject);
    else reject(new LoopError('ERR_BAD_YIELD', `runSync cannot wait for ${typeof work}`));
    return work;
  } catch (error) {
    reject(error);
    return null;
  }
}

/** A future can be cancelled; a promise cannot. */
function cancel(work: unknown): void {
  if (
    typeof work === 'object' &&
    work !== null &&
    'cancel' in work &&
    typeof work.cancel === 'function'
  ) {
    work.cancel();
  }
}
