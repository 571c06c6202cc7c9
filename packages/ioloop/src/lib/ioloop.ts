// The loop: one object per thread over Node.js's own event loop. Owns: the order in which callbacks run, the timers'
// public face, which loop is current. Must not know: sockets (the poller does), futures (they tell it when they settle).
// HOT: `pnpm bench http` (enter, exit, schedule)
//
// One event (a batch of I/O, a timer, a turn of callbacks) is `enter` ... `exit`. At its end the ready queue is drained:
// what futures and coroutines scheduled, first in, first out, never re-entrant. Then what was written meanwhile is
// flushed. `addCallback` is for the next turn: I/O has its chance in between, so callbacks never starve it.
import { appLog, genLog } from '@typhoon/log';
import { BlockingWatchdog } from './blocking-watchdog.ts';
import { systemClock } from './clock.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { defaultPoller } from './default-poller.ts';
import { DescriptorHandlers } from './descriptor-handlers.ts';
import { dumpTasks } from './diagnosis/dump.ts';
import { taskNotes } from './diagnosis/task-kinds.ts';
import { callLogged } from './logged-call.ts';
import { LoopError } from './loop-error.ts';
import { LoopLoad } from './loop-load.ts';
import { LoopRuns } from './loop-runs.ts';
import { LoopTimers } from './loop-timers.ts';
import { carryContexts } from './open-contexts.ts';
import { ReadyQueue } from './ready-queue.ts';
import { deadlineOf } from './timeout.ts';
import type { Clock } from './clock.ts';
import type { Pollable } from './descriptor-handlers.ts';
import type { DumpOptions } from './diagnosis/dump.ts';
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
  /** Makes the poller when the loop first needs one. Default: the native one where it loads, else `net`. */
  readonly poller?: (loop: PollerHost) => Poller;
  /** Become the thread's current loop. Default true. */
  readonly makeCurrent?: boolean;
}

/** The thread's loop, for code that no loop called. */
let current: IOLoop | null = null;
/** The loop whose event is under way: it wins, so that a callback always finds the loop that runs it (IOL-42). */
let active: IOLoop | null = null;

function setCurrent(loop: IOLoop): void {
  current = loop;
}

function setActive(loop: IOLoop): void {
  active = loop;
}

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
  #watchdog: BlockingWatchdog | null = null;
  #load: LoopLoad | null = null;
  #depth = 0;
  #eventTimeMs = 0;
  #isEventTimeStale = true;
  #outer: IOLoop | null = null;
  #isDrainComing = false;
  #isTurnComing = false;
  #isClosed = false;
  readonly #handlers = new DescriptorHandlers(this);
  readonly #timers: LoopTimers;
  readonly #runs: LoopRuns;

  constructor(options: IOLoopOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#makePoller = options.poller ?? defaultPoller;
    this.sweep = new DeadlineSweep(this);
    this.#timers = new LoopTimers(this.#clock, (callback, args) => {
      this.enter();
      try {
        callLogged(this, callback, args);
      } finally {
        this.exit();
      }
    });
    this.#runs = new LoopRuns(this, () => this.#becomeCurrent());
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
    if (options.makeCurrent !== false) setCurrent(this);
  }

  /** The loop that runs the present callback, else the thread's loop, made when there is none (IOL-25, 42). */
  static current(): IOLoop;
  /** The current loop, or null when there is none and `instance` is false. */
  static current(options: { readonly instance: false }): IOLoop | null;
  static current(options?: { readonly instance?: boolean }): IOLoop | null {
    if (active !== null) return active;
    if (current === null && options?.instance !== false) current = new IOLoop();
    return current;
  }

  /** Forgets which loop is current; the loop itself goes on. */
  static clearCurrent(): void {
    current = null;
  }

  /**
   * Has dumps tell who made each coroutine, and keeps those that nothing can resume any more from being collected unseen.
   * For development: it costs some 3 µs a coroutine, and what hangs is never freed. Default: off.
   */
  static setDebug(isOn: boolean): void {
    taskNotes.turn(isOn);
  }

  /** Becomes the thread's current loop. */
  makeCurrent(): void {
    setCurrent(this);
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
   * Keeps the process alive and resolves when `stop` is called. Meanwhile it is the current loop (IOL-21).
   * Rejects with LoopError `ERR_LOOP_RUNNING`, `ERR_LOOP_CLOSED`.
   */
  start(): Promise<void> {
    return this.#isClosed ? Promise.reject(closedError()) : this.#runs.start();
  }

  /** Whether it was started, or this is a callback of it: who blocks now, blocks what it serves. */
  get isRunning(): boolean {
    return this.#depth > 0 || this.#runs.isStarted;
  }

  /** Answers how to give the place back to the loop that was current before. */
  #becomeCurrent(): () => void {
    const before = current;
    setCurrent(this);
    return () => {
      if (current === this) current = before;
    };
  }

  /** Ends `start`: the present turn is finished first (IOL-20). Before `start`, makes it return at once (IOL-19). */
  stop(): void {
    this.#runs.stop();
  }

  /**
   * Calls `fn` on the loop, waits for what it returns, and resolves with that; then the loop is stopped.
   *
   * @param options.timeoutMs Give up after so many milliseconds: the work is cancelled, its `finally` blocks are waited
   * for, and work that cannot be cancelled goes on unobserved. Default: never.
   * Rejects with what `fn` throws, or LoopError `ERR_BAD_YIELD`, `ERR_LOOP_TIMEOUT`, `ERR_LOOP_STOPPED`,
   * `ERR_LOOP_RUNNING`, `ERR_LOOP_CLOSED` (IOL-22, 23).
   */
  runSync<T>(
    fn: () => PromiseLike<T> | null | undefined,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T | undefined> {
    return this.#isClosed
      ? Promise.reject(closedError())
      : this.#runs.runSync(fn, options.timeoutMs);
  }

  /** Runs `callback(...args)` in the loop's next turn, after I/O had its chance (IOL-1). After `close` it does nothing. */
  addCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    this.#addToNextTurn(carryContexts(callback), args);
  }

  /** As `addCallback`, but carries no context of the caller's along. */
  spawnCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    this.#addToNextTurn(callback, args);
  }

  #addToNextTurn<A extends unknown[]>(callback: (...args: A) => unknown, args: A): void {
    if (this.#isClosed) return;
    this.#nextTurn.push((values: A) => {
      callLogged(this, callback, values);
    }, args);
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    setImmediate(this.#runTurn);
  }

  /** As `spawnCallback`; Node.js's signal handlers are ordinary events. */
  addCallbackFromSignal<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    this.#addToNextTurn(callback, args);
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
    return this.#timers.set(whenMs, carryContexts(callback), args);
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
    return deadlineOf(timeout, this.time());
  }

  /** Forgets a timeout; harmless when it has fired (IOL-6, 40). */
  removeTimeout(handle: TimeoutHandle): void {
    this.#timers.remove(handle);
  }

  /** Runs `callback(future)` on this loop once the future is settled, never at once (IOL-24). */
  addFuture<F extends Settleable>(future: F, callback: (future: F) => unknown): void {
    const carried = carryContexts(callback);
    const tell = (): void => {
      callLogged(this, carried, [future]);
    };
    future.addDoneCallback(() => {
      if (active === this) tell();
      else this.schedule(tell, undefined); // another loop settled it (PLT-2)
    });
  }

  /**
   * Calls `handler(descriptor, events)` whenever the descriptor is ready for one of `events`, a sum of `READ` and
   * `WRITE`; `ERROR` is always reported (IOL-38). The descriptor is a number or an object with one, and the handler
   * gets which of them was passed. What it throws is logged, but for a broken pipe (IOL-15).
   * @throws LoopError `ERR_HANDLERS_UNSUPPORTED` where the poller cannot watch raw descriptors, `ERR_HANDLER_EXISTS` when
   * this one has a handler (IOL-17), `ERR_BAD_DESCRIPTOR`.
   */
  addHandler<P extends Pollable>(
    descriptor: P,
    handler: (descriptor: P, events: number) => unknown,
    events: number,
  ): void {
    this.#handlers.add(this.poller, descriptor, carryContexts(handler), events);
  }

  /**
   * Changes what a descriptor is watched for; the handler stays (IOL-39).
   * @throws LoopError `ERR_HANDLERS_UNSUPPORTED`, `ERR_HANDLER_MISSING`.
   */
  updateHandler(descriptor: Pollable, events: number): void {
    this.#handlers.update(this.poller, descriptor, events);
  }

  /**
   * Watches a descriptor no more, not even for what was ready already; harmless when it has no handler (IOL-16, 18).
   * @throws LoopError `ERR_HANDLERS_UNSUPPORTED`.
   */
  removeHandler(descriptor: Pollable): void {
    this.#handlers.remove(this.poller, descriptor);
  }

  /**
   * Closes the poller, drops the timers and what waits; afterwards `addCallback` does nothing (IOL-12).
   *
   * @param options.allFds Close the descriptors that have a handler, too; an object through its `close`. Default false.
   */
  close(options: { readonly allFds?: boolean } = {}): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#poller?.close();
    this.#handlers.clear(options.allFds === true);
    this.#runs.end();
    this.#watchdog?.close();
    this.#load?.close();
    this.#timers.close();
    this.#nextTurn.clear();
    if (current === this) current = null;
  }

  /**
   * Logs a warning with the stack of the code that keeps the loop from turning for longer than `thresholdMs`, while it does;
   * once each time. `null` turns that off (IOL-29). It takes a thread, which asks this one for a sign of life four times in
   * that time. In a worker it says afterwards that something has blocked, without the stack.
   */
  setBlockingLogThreshold(thresholdMs: number | null): void {
    this.setBlockingSignalThreshold(thresholdMs, (blockedMs, stack) => {
      this.logStack(blockedMs, stack);
    });
  }

  /** As `setBlockingLogThreshold`, but calls `action(blockedMs, stack)`, in the midst of the code that blocks. */
  setBlockingSignalThreshold(
    thresholdMs: number | null,
    action: (blockedMs: number, stack: string) => void,
  ): void {
    this.#watchdog?.close();
    this.#watchdog = thresholdMs === null ? null : new BlockingWatchdog(thresholdMs, action);
  }

  /** Logs that something has blocked the loop for so long, and its stack. Subclasses may do otherwise. */
  logStack(blockedMs: number, stack: string): void {
    genLog.warning('IOLoop blocked for %d ms in\n%s', Math.round(blockedMs), stack);
  }

  /**
   * The coroutines of this thread as a tree: name, where each waits, for how long and on what, in debug mode also who made it;
   * with a mark at cycles of waiters and at futures that nobody can settle any more. It collects garbage first, and may
   * take a second: for diagnosis alone. What nothing can reach any more is only there in debug mode.
   */
  dump(options: DumpOptions = {}): string {
    return dumpTasks(this.time() | 0, options);
  }

  /** `time()` when somebody first asked for it in the present event: cheap, for what need not be exact. */
  get eventTime(): number {
    if (this.#isEventTimeStale || this.#depth === 0) {
      this.#eventTimeMs = this.time();
      this.#isEventTimeStale = false;
    }
    return this.#eventTimeMs;
  }

  /** `eventTime` as 32 bits: to note where something begins to wait. */
  get waitMark(): number {
    return this.eventTime | 0;
  }

  /** The thread's lag and busy ratio, measured from the first time this is asked for. */
  get load(): LoopLoad {
    this.#load ??= new LoopLoad();
    return this.#load;
  }

  /**
   * Called when a callback threw; logs it. Subclasses may do otherwise (IOL-14).
   *
   * @param callback The function, or its name.
   */
  handleCallbackException(callback: unknown, error: unknown): void {
    const name = typeof callback === 'function' ? callback.name : callback;
    const isName = typeof name === 'string' && name !== '';
    appLog.error('Exception in callback %s', isName ? name : 'callback', error);
  }

  /** For pollers: an event begins. Every `enter` is followed by `exit`. */
  enter(): void {
    if (this.#depth++ === 0) {
      this.#outer = active;
      this.#isEventTimeStale = true;
      setActive(this);
    }
  }

  /** For pollers: an event ends. The ready queue is drained, then everything written is flushed. */
  exit(): void {
    try {
      if (this.#depth === 1) this.#drain();
    } finally {
      if (--this.#depth === 0) {
        active = this.#outer;
        this.#outer = null;
      }
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
      for (const flushable of flushables) this.#flush(flushable);
    }
  }

  #flush(flushable: Flushable): void {
    try {
      flushable.flush();
    } catch (error) {
      this.handleCallbackException('flush', error);
    }
  }
}

function closedError(): LoopError {
  return new LoopError('ERR_LOOP_CLOSED', 'the loop is closed');
}
