// Tests of applications, for `it` of any framework. Owns: when what is set up, and torn down.
// Must not know: how an application is asked (app-under-test.ts).
import { coroutine, workOf } from '@typhoon/gen';
import { systemClock, type IOLoop } from '@typhoon/ioloop';
import { asyncTest, getAsyncTestTimeout, VirtualClock } from '@typhoon/ioloop/testing';
import { AppUnderTest, type ServeOptions } from './app-under-test.ts';
import type { HTTPServerConnectionDelegate } from '@typhoon/httpserver';
import type { AsyncTestOptions, PollerName, TestControl } from '@typhoon/ioloop/testing';

/** How to test an application. */
export interface AppTestOptions extends ServeOptions {
  /**
   * `memory`: without port, socket or bytes, on a virtual clock that the test moves. Or the poller of a real port of
   * 127.0.0.1, and real time; see `availablePollers` of `@typhoon/ioloop/testing`. Default `memory`.
   */
  readonly over?: 'memory' | PollerName;
  /** Give up after so many real milliseconds. Default: the environment's `ASYNC_TEST_TIMEOUT`, else 5000. */
  readonly timeoutMs?: number;
}

/**
 * Makes a test of an application: `make` makes it, on the test's own loop, and `test` asks it. What is left open is closed
 * (TST-7, 10). A test that fails says what was asked and answered, and what was logged, with the stacks of what handlers threw.
 *
 * ```ts no-run
 * it('says hello', appTest(makeApp, async (app) => {
 *   expect((await app.fetch('/')).body.toString()).toBe('hello')
 * }))
 * ```
 */
export function appTest<App extends HTTPServerConnectionDelegate>(
  make: () => App | PromiseLike<App>,
  test: (app: AppUnderTest<App>) => unknown,
  options: AppTestOptions = {},
): () => Promise<void> {
  const { over = 'memory', timeoutMs = getAsyncTestTimeout() } = options;
  return async () => {
    const clock = over === 'memory' ? new VirtualClock({ autoJump: false }) : null;
    const settings: AsyncTestOptions = {
      timeoutMs,
      timeoutClock: systemClock,
      ...(clock === null ? {} : { clock }),
      ...(over === 'memory' ? {} : { poller: over }),
    };
    let app: AppUnderTest<App> | null = null;
    const run = coroutine(function* run(loop: IOLoop, control: TestControl): Work {
      app = new AppUnderTest((yield Promise.resolve(make())) as App, {
        loop,
        control,
        clock,
        timeoutMs,
      });
      try {
        if (over !== 'memory') yield app.serve(options);
        const work = workOf(test(app));
        if (work !== null) yield work;
      } finally {
        yield app.close();
      }
    });
    try {
      await asyncTest(run, settings)();
    } catch (error) {
      throw explained(app, error);
    }
  };
}

/** A coroutine that is cancelled still closes what it has opened. */
type Work = Generator<unknown, void, unknown>;

function explained(app: Pick<AppUnderTest, 'explain'> | null, error: unknown): unknown {
  return app === null ? error : app.explain(error);
}
