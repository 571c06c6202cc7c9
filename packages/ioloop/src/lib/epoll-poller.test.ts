import { describe, it } from 'vitest';
import { loadEpoll } from './default-poller.ts';
import { EpollPoller } from './epoll-poller.ts';
import { testPoller } from './testing/poller-suite.ts';

const { native, reason } = loadEpoll();

if (native === null) {
  describe.skip(`the epoll poller [skipped: ${reason}]`, () => undefined);
} else {
  testPoller('epoll', (loop) => new EpollPoller(loop, native), { describe, it });
}
