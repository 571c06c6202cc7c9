// One test on a loop of its own. Owns: the loop's life, what fails the test, and what is told when it hangs.
// Must not know: any test framework; how coroutines are made.
import { loopPoller, type PollerName } from '../default-poller.ts';
import { IOLoop } from '../ioloop.ts';
import { LoopError } from '../loop-error.ts';
import { systemClock, type Clock } from '../clock.ts';
import { getAsyncTestTimeout, TestRun, type TestControl } from './test-run.ts';
import type { IOLoopOptions } from '../ioloop.ts';

/** How a test runs. */
export interface AsyncTestOptions {
  /** Give up after so many milliseconds. Default: the environment's `ASYNC_TEST_TIMEOUT` when the test is made, else 5000 (TST-2). */
  readonly timeoutMs?: number;
  /** The loop's clock. Default: the system's. */
  readonly clock?: Clock;
  /** What timeouts are measured by. Default: the loop's clock; a virtual one may not move by itself. */
  readonly timeoutClock?: Clock;
  /** The loop's poller. Default: as for any loop. */
  readonly poller?: PollerName;
}

/** Tells its test what callbacks threw. */
class TestLoop extends IOLoop {
  readonly run: TestRun;

  constructor({ clock, timeoutClock = clock ?? systemClock, poller }: AsyncTestOptions) {
    const options: IOLoopOptions = {
      ...(clock === undefined ? {} : { clock }),
      ...(poller === undefined ? {} : { poller: (host) => loopPoller(host, poller) }),
    };
    super(options);
    this.run = new TestRun(timeoutClock);
  }

  override handleCallbackException(_callback: unknown, error: unknown): void {
    this.run.escape(error);
  }
}

/**
 * Makes a test of a coroutine or an async function, for `it` of any framework: it runs on a fresh loop, which is current
 * meanwhile and closed afterwards (TST-1). The test fails with what the function fails with, with what a callback of its loop
 * threw, or, when it takes too long, with LoopError `ERR_LOOP_TIMEOUT` and the dump of the coroutines that hang; they are
 * cancelled. A function that returns something to be waited for by nobody fails with `ERR_BAD_YIELD`.
 *
 * ```ts no-run
 * it('fetches', asyncTest(coroutine(function* () {
 *   const reply = yield* client.fetch('/')
 *   expect(reply.code).toBe(200)
 * })))
 * ```
 */
export function asyncTest(
  fn: (loop: IOLoop, test: TestControl) => PromiseLike<unknown> | null | undefined,
  options: AsyncTestOptions = {},
): () => Promise<void> {
  const { timeoutMs = getAsyncTestTimeout() } = options;
  return async () => {
    const before = IOLoop.current({ instance: false });
    const loop = new TestLoop(options);
    const { run } = loop;
    const hangs = (cause: unknown): Error => hanging(timeoutMs, loop.dump(), cause);
    try {
      await loop.runSync(() => run.follow(fn(loop, run), timeoutMs, hangs));
    } finally {
      loop.close();
      before?.makeCurrent();
    }
    run.throwEscaped();
  };
}

function hanging(timeoutMs: number, dump: string, cause: unknown): LoopError {
  const message = `the test has not ended after ${timeoutMs} ms\n${dump}`;
  return new LoopError('ERR_LOOP_TIMEOUT', message, { cause });
}
