// The same tests on both pollers, over real sockets.
import { IOLoop } from '@typhoon/ioloop';
import { availablePollers } from '@typhoon/ioloop/testing';
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
