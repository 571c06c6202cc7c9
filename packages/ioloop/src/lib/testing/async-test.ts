// One test on a loop of its own. Owns: the loop's life, what fails the test, and what is told when it hangs.
// Must not know: any test framework; how coroutines are made.
import { IOLoop } from '../ioloop.ts';
import { LoopError } from '../loop-error.ts';
import type { Clock } from '../clock.ts';

/** How a test runs. */
export interface AsyncTestOptions {
  /** Give up after so many milliseconds. Default: the environment's `ASYNC_TEST_TIMEOUT` when it runs, else 5000. */
  readonly timeoutMs?: number;
  /** The loop's clock. Default: the system's. */
  readonly clock?: Clock;
}

const DEFAULT_TIMEOUT_MS = 5000;

/** Remembers the first error that a callback threw; further ones are logged. */
class TestLoop extends IOLoop {
  escaped: { readonly error: unknown } | null = null;

  override handleCallbackException(callback: unknown, error: unknown): void {
    if (this.escaped === null) this.escaped = { error };
    else super.handleCallbackException(callback, error);
  }
}

/**
 * Makes a test of a coroutine or an async function, for `it` of any framework: it runs on a fresh loop, which is current
 * meanwhile and closed afterwards. The test fails with what the function fails with, with what a callback of its loop threw,
 * or, when it takes too long, with LoopError `ERR_LOOP_TIMEOUT` and the dump of the coroutines that hang; they are cancelled.
 *
 * ```ts no-run
 * it('fetches', asyncTest(coroutine(function* () {
 *   const reply = yield* client.fetch('/')
 *   expect(reply.code).toBe(200)
 * })))
 * ```
 */
export function asyncTest(
  fn: (loop: IOLoop) => PromiseLike<unknown> | null | undefined,
  options: AsyncTestOptions = {},
): () => Promise<void> {
  return async () => {
    const timeoutMs = options.timeoutMs ?? timeoutOfEnvironment();
    const before = IOLoop.current({ instance: false });
    const loop = new TestLoop(options.clock === undefined ? {} : { clock: options.clock });
    let dump = '';
    loop.callLater(timeoutMs, () => {
      dump = loop.dump(); // before what hangs is cancelled
    });
    try {
      await loop.runSync(() => fn(loop), { timeoutMs });
    } catch (error) {
      throw isTimeout(error) ? hangs(timeoutMs, dump, error) : error;
    } finally {
      loop.close();
      before?.makeCurrent();
    }
    if (loop.escaped !== null) throw loop.escaped.error;
  };
}

function timeoutOfEnvironment(): number {
  const ms = Number(process.env['ASYNC_TEST_TIMEOUT']);
  return ms > 0 ? ms : DEFAULT_TIMEOUT_MS;
}

function isTimeout(error: unknown): boolean {
  return error instanceof LoopError && error.code === 'ERR_LOOP_TIMEOUT';
}

function hangs(timeoutMs: number, dump: string, cause: unknown): LoopError {
  const message = `the test has not ended after ${timeoutMs} ms\n${dump}`;
  return new LoopError('ERR_LOOP_TIMEOUT', message, { cause });
}
