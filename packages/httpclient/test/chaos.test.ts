import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRig } from './rig.ts';
import type { FetchOptions, HTTPResponse } from '../src/index.ts';
import type { Future } from '@typhoon/concurrent';
import type { FakePeer } from './fake-poller.ts';
import type { Rig } from './rig.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** What a server may say at any time. */
const WORDS = [
  `${OK}Content-Length: 2\r\n\r\nhi`,
  `${OK}Content-Length: 4\r\n\r\nhi`,
  'hi',
  `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`,
  '0\r\n\r\n',
  `${OK}\r\nhi`,
  `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  'HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 302 Found\r\nLocation: http://b.test/\r\nContent-Length: 3\r\n\r\nbye',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
  `${OK}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhihi`,
  'nonsense\r\n\r\n',
];

/** What may be asked. */
const REQUESTS: FetchOptions[] = [
  {},
  { method: 'POST', body: 'body' },
  { method: 'PUT', body: 'body', expect100Continue: true },
  { method: 'POST', bodyProducer: (write) => void write('piece') },
  { method: 'HEAD' },
  { streamingCallback: () => undefined },
  { headers: { Connection: 'close' } },
  { requestTimeoutMs: 100 },
];

const step = fc.oneof(
  fc.record({
    do: fc.constant('fetch' as const),
    host: fc.nat(1),
    what: fc.nat(REQUESTS.length - 1),
  }),
  fc.record({ do: fc.constantFrom('accept' as const, 'refuse' as const), at: fc.nat(7) }),
  fc.record({ do: fc.constant('say' as const), at: fc.nat(7), what: fc.nat(WORDS.length - 1) }),
  fc.record({ do: fc.constantFrom('hangUp' as const, 'reset' as const), at: fc.nat(7) }),
  fc.record({ do: fc.constant('cancel' as const), at: fc.nat(7) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Timeouts that the loop's sweep keeps. */
const PATIENCE = { connectTimeoutMs: 4000, requestTimeoutMs: 4000 };
const LIMITS = { maxClients: 3, maxClientsPerHost: 2, maxIdleConnections: 2, idleTimeoutMs: 3000 };

class World {
  readonly rig: Rig = makeRig({ ...LIMITS, defaults: PATIENCE });
  readonly fetches: Future<HTTPResponse>[] = [];

  take(one: Step): void {
    const { rig } = this;
    if (one.do === 'fetch') {
      const url = `http://${one.host === 0 ? 'a' : 'b'}.test/`;
      const fetch = rig.event(() => rig.client.fetch(url, REQUESTS[one.what] ?? {}));
      void fetch.then(undefined, () => undefined);
      this.fetches.push(fetch);
    } else if (one.do === 'accept') {
      this.#pending(one.at)?.accept();
    } else if (one.do === 'refuse') {
      const attempt = this.#pending(one.at);
      if (attempt !== undefined) {
        attempt.isAborted = true;
        attempt.refuse();
      }
    } else if (one.do === 'say') {
      this.#open(one.at)?.send(WORDS[one.what] ?? '');
    } else if (one.do === 'wait') {
      rig.clock.advance(one.ms);
    } else if (one.do === 'cancel') {
      const fetch = this.fetches[one.at];
      rig.event(() => fetch?.cancel());
    } else {
      this.#open(one.at)?.[one.do]();
    }
  }

  /** What must hold at any time. */
  check(): void {
    const sockets = this.rig.attempts.filter(({ peer, isAborted }) =>
      peer === null ? !isAborted : peer.state === 'open',
    );
    expect(sockets.length).toBeLessThanOrEqual(LIMITS.maxClients);
  }

  #pending(at: number): Rig['attempts'][number] | undefined {
    return this.rig.attempts.filter(({ peer, isAborted }) => peer === null && !isAborted)[at];
  }

  #open(at: number): FakePeer | undefined {
    const peers = this.rig.attempts.map(({ peer }) => peer);
    return peers.filter((peer) => peer !== null).filter(({ state }) => state === 'open')[at];
  }
}

/** A client that has come through it all still does its work, on as many connections as ever. */
function expectToWork({ rig }: World): void {
  const before = rig.attempts.length;
  const urls = ['http://c.test/1', 'http://c.test/2', 'http://d.test/'];
  const fetches = urls.map((url) => rig.client.fetch(url));
  expect(rig.attempts).toHaveLength(before + 3);
  for (let at = before; at < before + 3; at++) rig.accept(at).answer('fine');
  for (const fetch of fetches) expect(fetch.result().body.toString()).toBe('fine');
}

/** Two seconds of computing, on a machine that many share. */
const SLOW_MACHINE_MS = 60_000;

/** Long enough for connections to be used again. */
const steps = fc.array(step, { minLength: 10, maxLength: 80, size: 'max' });

describe('whatever servers and callers do', () => {
  it(
    'every fetch ends, no timer or socket is left, and the limits hold',
    () => {
      fc.assert(
        fc.property(steps, (all) => {
          const world = new World();
          for (const one of all) {
            world.take(one);
            world.check();
          }
          // Everything runs into its timeout at last, one queue's length after the other.
          const isOver = (): boolean => world.fetches.every((fetch) => fetch.done());
          for (let n = 0; n < all.length && !isOver(); n++) world.rig.clock.advance(5000);
          world.rig.clock.advance(5000);
          expect(world.fetches.filter((fetch) => !fetch.done())).toEqual([]);
          expect(world.rig.clock.pending).toBe(0);
          const open = world.rig.attempts.filter(({ peer }) => peer?.state === 'open');
          expect(open).toEqual([]);
          expectToWork(world);
        }),
        { numRuns: 500 },
      );
    },
    SLOW_MACHINE_MS,
  );

  it(
    'cancelling everything stops everything',
    () => {
      fc.assert(
        fc.property(steps, (all) => {
          const world = new World();
          for (const one of all) world.take(one);
          for (const fetch of world.fetches) fetch.cancel();
          world.rig.event(() => undefined);
          // Idle connections may be left, and the one timer that looks after them.
          expect(world.rig.clock.pending).toBeLessThanOrEqual(1);
          const open = world.rig.attempts.filter(({ peer }) => peer?.state === 'open');
          expect(open.length).toBeLessThanOrEqual(LIMITS.maxIdleConnections);
          world.rig.client.close();
          expect(world.rig.clock.pending).toBe(0);
        }),
        { numRuns: 500 },
      );
    },
    SLOW_MACHINE_MS,
  );
});
