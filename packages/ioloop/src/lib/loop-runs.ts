// Whether a loop is started. Owns: what `start` began and `stop` ends, and the one piece of work of `runSync`.
// Must not know: what the loop does meanwhile; it turns whether it is started or not.
import { LoopError } from './loop-error.ts';
import { SyncWork } from './sync-work.ts';
import type { TimeoutHandle } from './timeout.ts';

/** All that a run asks of its loop. */
interface RunHost {
  addCallback(callback: () => void): void;
  callLater(delayMs: number, callback: () => void): TimeoutHandle;
  removeTimeout(handle: TimeoutHandle): void;
}

/** What `start` began. */
interface Run {
  readonly resolve: () => void;
  readonly keepAlive: NodeJS.Timeout;
  /** Gives the place of the current loop back. */
  readonly giveBack: () => void;
}

/** The starting and stopping of one loop. */
export class LoopRuns {
  readonly #loop: RunHost;
  readonly #becomeCurrent: () => () => void;
  #running: Run | null = null;
  #isStopRequested = false;

  /** @param becomeCurrent Makes the loop current; answers how to undo that. */
  constructor(loop: RunHost, becomeCurrent: () => () => void) {
    this.#loop = loop;
    this.#becomeCurrent = becomeCurrent;
  }

  /** Whether `start` has begun and `stop` has not ended it. */
  get isStarted(): boolean {
    return this.#running !== null;
  }

  /** Resolves at `stop`; at once when that came first. Rejects with LoopError `ERR_LOOP_RUNNING`. */
  start(): Promise<void> {
    if (this.#running !== null) return Promise.reject(runningError());
    if (!this.#isStopRequested) return this.#run();
    this.#isStopRequested = false;
    return Promise.resolve();
  }

  #run(): Promise<void> {
    const giveBack = this.#becomeCurrent();
    return new Promise<void>((resolve) => {
      const keepAlive = setInterval(() => undefined, 2 ** 31 - 1);
      this.#running = { resolve, keepAlive, giveBack };
    });
  }

  /** Ends the run that is on, or makes the next `start` return at once. */
  stop(): void {
    if (this.#running === null) this.#isStopRequested = true;
    else this.end();
  }

  /** Ends the run that is on, if one is. */
  end(): void {
    if (this.#running === null) return;
    const { resolve, keepAlive, giveBack } = this.#running;
    this.#running = null;
    clearInterval(keepAlive);
    giveBack();
    setImmediate(resolve);
  }

  /** As `IOLoop.runSync`. */
  async runSync<T>(
    fn: () => PromiseLike<T> | null | undefined,
    timeoutMs: number | undefined,
  ): Promise<T | undefined> {
    if (this.#running !== null) throw runningError();
    this.#isStopRequested = false;
    const work = new SyncWork(this.#loop, fn, timeoutMs);
    const stopped = this.#run().then(() => {
      work.abandon();
    });
    this.#loop.addCallback(work.start);
    try {
      return await work.outcome;
    } finally {
      this.end();
      await stopped;
    }
  }
}

function runningError(): LoopError {
  return new LoopError('ERR_LOOP_RUNNING', 'IOLoop is already running');
}
