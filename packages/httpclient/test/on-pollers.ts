// The same tests on both pollers, over real sockets.
import type { AsyncHTTPClientOptions } from '../src/index.ts';
import { IOLoop } from '@typhoon/ioloop';
import { availablePollers } from '@typhoon/ioloop/testing';
import { AsyncHTTPClient } from '../src/index.ts';
import { undiciBackend } from '../src/undici.ts';
import { afterAll, beforeAll, describe, vi } from 'vitest';

/** Declares `tests` once for each poller that loads here, with its loop as the current one. */
export function onPollers(tests: (poller: string) => void): void {
  describe.each(availablePollers())('on the %s poller', (poller) => {
    let loop: IOLoop;
    beforeAll(() => {
      vi.stubEnv('TYPHOON_POLLER', poller);
      loop = new IOLoop();
      // Made when it is first asked for, by what the environment says then.
      if (loop.poller.name !== poller) throw new Error(`the poller is ${loop.poller.name}`);
      vi.unstubAllEnvs();
    });
    afterAll(() => {
      loop.close();
    });
    tests(poller);
  });
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
