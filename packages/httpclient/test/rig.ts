// A client with a network in memory and a clock that stands still.
import { IOLoop } from '@typhoon/ioloop';
import { AsyncHTTPClient } from '../src/index.ts';
import { FakePoller } from './fake-poller.ts';
import { ManualClock } from './manual-clock.ts';
import type { AsyncHTTPClientOptions, HTTPClientError } from '../src/index.ts';
import type { Future } from '@typhoon/concurrent';
import type { FakeAttempt, FakePeer } from './fake-poller.ts';

/** What a test works with. */
export interface Rig {
  readonly client: AsyncHTTPClient;
  readonly clock: ManualClock;
  readonly loop: IOLoop;
  /** All attempts to connect, in order. */
  readonly attempts: readonly FakeAttempt[];
  /** The n-th attempt. */
  readonly attempt: (at: number) => FakeAttempt;
  /** Accepts the n-th attempt. */
  readonly accept: (at: number) => FakePeer;
  /** Runs something as an event of the loop, so that what it writes is flushed when this returns. */
  readonly event: <T>(callback: () => T) => T;
}

export function makeRig(options: AsyncHTTPClientOptions = {}): Rig {
  const clock = new ManualClock();
  const attempts: FakeAttempt[] = [];
  const loop = new IOLoop({ clock, poller: (host) => new FakePoller(host, attempts) });
  const client = new AsyncHTTPClient({ ...options, loop });
  const rig: Rig = {
    client,
    clock,
    loop,
    attempts,
    attempt: (at) => {
      const attempt = attempts[at];
      if (attempt === undefined) throw new Error(`no attempt ${at} of ${attempts.length}`);
      return attempt;
    },
    accept: (at) => rig.attempt(at).accept(),
    event: (callback) => {
      loop.enter();
      try {
        return callback();
      } finally {
        loop.exit();
      }
    },
  };
  return rig;
}

/** What a future failed with, as this package's error. */
export function failureOf(future: Future<unknown>): HTTPClientError {
  return future.exception() as HTTPClientError;
}
