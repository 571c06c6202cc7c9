// The same tests on every poller of this machine, over real sockets. Owns: the loop that is the current one meanwhile.
// Must not know: any test framework.
import { IOLoop } from '../ioloop.ts';
import { availablePollers, loopPoller, type PollerName } from '../default-poller.ts';
import type { TestFramework } from './poller-suite/check.ts';

/** What tests on a loop of their own ask of a test framework besides: vitest, jest. */
export interface PollerTestFramework extends TestFramework {
  readonly beforeAll: (body: () => void) => unknown;
  readonly afterAll: (body: () => void) => unknown;
}

/** A loop with the poller of that name, current unless said otherwise. @throws LoopError `ERR_POLLER_UNAVAILABLE` */
export function loopOn(name: PollerName, makeCurrent = true): IOLoop {
  return new IOLoop({ makeCurrent, poller: (host) => loopPoller(host, name) });
}

/**
 * Declares `tests` once for each poller, with a loop on it as the current one; one that does not load here is skipped by name.
 *
 * ```ts no-run
 * onEachPoller({ describe, it, beforeAll, afterAll }, () => {
 *   it('answers', async () => {})
 * })
 * ```
 */
export function onEachPoller(
  { describe, it, beforeAll, afterAll }: PollerTestFramework,
  tests: (poller: PollerName) => void,
): void {
  const available = availablePollers();
  for (const name of ['net', 'epoll'] as const) {
    describe(`on the ${name} poller`, () => {
      if (!available.includes(name)) {
        it.skip(`[skipped: the ${name} poller does not load here]`, () => Promise.resolve());
        return;
      }
      let loop: IOLoop;
      beforeAll(() => {
        loop = loopOn(name);
      });
      afterAll(() => {
        loop.close();
      });
      tests(name);
    });
  }
}
