// Who blocks the loop. Owns: noticing it from another thread, and the stack of the code that does, while it does.
// Must not know: what is done with the stack.
import { isMainThread, Worker } from 'node:worker_threads';

/** Told in the blocked thread itself, on top of the code that blocks it. */
export type OnBlocked = (blockedMs: number, stack: string) => void;

/** How often the watchdog looks, as a part of the threshold. */
const LOOKS_PER_THRESHOLD = 4;
const MAX_FRAMES = 100;

/**
 * The worker asks the loop's thread for a sign of life; when none comes in time, it has the inspector run the report there:
 * V8 interrupts the code that is running, so that the report finds it on the stack. A thread that is inside a call of the
 * system (`readFileSync`, `execSync`) is interrupted when that returns.
 */
const WATCHDOG = `'use strict'
const { Session } = require('node:inspector')
const { parentPort, workerData } = require('node:worker_threads')
const { answers, thresholdMs, intervalMs, report } = workerData
let asked = 0
let askedAtMs = 0
let isReported = false
setInterval(() => {
  const nowMs = performance.now()
  if (Atomics.load(answers, 0) === asked) {
    askedAtMs = nowMs
    isReported = false
    parentPort.postMessage(++asked)
  } else if (!isReported && nowMs - askedAtMs > thresholdMs) {
    isReported = true
    const session = new Session()
    session.connectToMainThread()
    const expression = 'globalThis[Symbol.for(' + JSON.stringify(report) + ')]?.(' + (nowMs - askedAtMs) + ')'
    session.post('Runtime.evaluate', { expression }, () => session.disconnect())
  }
}, intervalMs)
`;

let made = 0;

/** Watches the thread it is made in, until it is closed. */
export class BlockingWatchdog {
  readonly #onBlocked: OnBlocked;
  readonly #stop: () => void;

  /** @param isReachable Whether the inspector reaches this thread; it reaches the main thread alone. */
  constructor(thresholdMs: number, onBlocked: OnBlocked, isReachable: boolean = isMainThread) {
    this.#onBlocked = onBlocked;
    const intervalMs = Math.max(1, thresholdMs / LOOKS_PER_THRESHOLD);
    this.#stop = isReachable
      ? this.#watchFromOutside(thresholdMs, intervalMs)
      : this.#watchFromInside(thresholdMs, intervalMs);
  }

  /** Watches no more. */
  close(): void {
    this.#stop();
  }

  #watchFromOutside(thresholdMs: number, intervalMs: number): () => void {
    const report = `@typhoon/ioloop:blocked:${++made}`;
    const answers = new Int32Array(new SharedArrayBuffer(4));
    const onReport = (blockedMs: number): void => {
      this.#onBlocked(blockedMs, stackBelow(onReport));
    };
    Object.defineProperty(globalThis, Symbol.for(report), { value: onReport, configurable: true });
    const worker = new Worker(WATCHDOG, {
      eval: true,
      name: 'blocking watchdog',
      workerData: { answers, thresholdMs, intervalMs, report },
      execArgv: [],
    });
    worker.on('message', (asked: number) => Atomics.store(answers, 0, asked));
    worker.unref();
    return () => {
      Reflect.deleteProperty(globalThis, Symbol.for(report));
      void worker.terminate();
    };
  }

  /** The second best: says that something has blocked, afterwards, and not what. */
  #watchFromInside(thresholdMs: number, intervalMs: number): () => void {
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      const blockedMs = nowMs - lastMs - intervalMs;
      lastMs = nowMs;
      if (blockedMs > thresholdMs) this.#onBlocked(blockedMs, '    (unknown: not the main thread)');
    }, intervalMs);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  }
}

/** The frames below `report`, without the one that the inspector made. */
function stackBelow(report: (blockedMs: number) => void): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, report);
  Error.stackTraceLimit = limit;
  return String(holder.stack).split('\n').slice(2).join('\n');
}
