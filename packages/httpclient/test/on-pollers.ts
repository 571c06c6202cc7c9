// The same tests on both pollers, over real sockets.
import type { AsyncHTTPClientOptions } from '../src/index.ts';
import { IOLoop } from '@typhoon/ioloop';
import { onEachPoller, type PollerName } from '@typhoon/ioloop/testing';
import { AsyncHTTPClient } from '../src/index.ts';
import { undiciBackend } from '../src/undici.ts';
import { afterAll, beforeAll, describe, it } from 'vitest';

/** Declares `tests` once for each poller that loads here, with its loop as the current one. */
export function onPollers(tests: (poller: PollerName) => void): void {
  onEachPoller({ describe, it, beforeAll, afterAll }, tests);
}

/** As `onPollers`, and over undici besides. `make` makes a client of that world. */
export function onWorlds(
  tests: (world: string, make: (options?: AsyncHTTPClientOptions) => AsyncHTTPClient) => void,
): void {
  onPollers((poller) => {
    tests(poller, (options) => new AsyncHTTPClient(options));
  });
  describe('over undici', () => {
    beforeAll(() => {
      new IOLoop();
    });
    tests('undici', (options) => new AsyncHTTPClient({ ...options, backend: undiciBackend() }));
  });
}
