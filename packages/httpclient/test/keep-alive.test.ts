import { describe, expect, it } from 'vitest';
import { failureOf, makeRig } from './rig.ts';
import type { FetchOptions } from '../src/index.ts';
import type { FakePeer } from './fake-poller.ts';

/** Whether a second request goes over the connection that an exchange left behind. */
function isReusedAfter(exchange: (peer: FakePeer) => void, options: FetchOptions = {}): boolean {
  const { client, accept, attempts, event } = makeRig();
  const fetch = client.fetch('http://a.test/', options);
  exchange(accept(0));
  expect(fetch.done()).toBe(true);
  void fetch.then(undefined, () => undefined);
  void event(() => client.fetch('http://a.test/second'));
  return attempts.length === 1;
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('a connection is used again', () => {
  it.each([
    ['a body of given length', `${OK}Content-Length: 2\r\n\r\nhi`],
    ['an empty body', `${OK}Content-Length: 0\r\n\r\n`],
    ['a chunked body', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
    ['no body at all', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['a failure that has a body', 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'],
    [
      'HTTP/1.0 that says so',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
    ],
    ['an interim answer', `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 0\r\n\r\n`],
  ])('after %s', (_what, answer) => {
    expect(
      isReusedAfter((peer) => {
        peer.send(answer);
      }),
    ).toBe(true);
  });

  it('after a streamed body, and after a head alone', () => {
    const send = (peer: FakePeer): void => {
      peer.answer('body');
    };
    expect(isReusedAfter(send, { streamingCallback: () => undefined })).toBe(true);
    expect(
      isReusedAfter(
        (peer) => {
          peer.send(`${OK}Content-Length: 5\r\n\r\n`);
        },
        { method: 'HEAD' },
      ),
    ).toBe(true);
  });
});

describe('a connection is not used again', () => {
  it.each([
    ['the server says close', `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n`],
    [
      'the server says CLOSE among others',
      `${OK}Connection: x, CLOSE\r\nContent-Length: 0\r\n\r\n`,
    ],
    ['HTTP/1.0 says nothing', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['bytes follow the answer', `${OK}Content-Length: 2\r\n\r\nhi!`],
    ['a second answer follows', `${OK}Content-Length: 0\r\n\r\n${OK}Content-Length: 0\r\n\r\n`],
    [
      'the server keeps it no longer than a second',
      `${OK}Keep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n`,
    ],
    ['the body is broken', `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['both framings are there', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n`],
  ])('when %s', (_what, answer) => {
    expect(
      isReusedAfter((peer) => {
        peer.send(answer);
      }),
    ).toBe(false);
  });

  it('when the request says close', () => {
    const answer = (peer: FakePeer): void => {
      peer.answer();
    };
    expect(isReusedAfter(answer, { headers: { Connection: 'close' } })).toBe(false);
  });

  it('when the server answers before it has the whole request', () => {
    const never = new Promise<void>(() => undefined);
    const early = (peer: FakePeer): void => {
      peer.answer('enough');
      expect(peer.state).toBe('aborted');
    };
    expect(isReusedAfter(early, { method: 'POST', bodyProducer: () => never })).toBe(false);
  });

  it('when it ended with the body (SHC-27)', () => {
    const untilClose = (peer: FakePeer): void => {
      peer.send(`${OK}\r\nbody`);
      peer.hangUp();
    };
    expect(isReusedAfter(untilClose)).toBe(false);
  });

  it('when the client keeps none, and then it says so (SHC-8, 10)', () => {
    const { client, accept } = makeRig({ maxIdleConnections: 0 });
    void client.fetch('http://a.test/');
    const peer = accept(0);
    expect(peer.received).toContain('Connection: close\r\n');
    peer.answer();
    expect(peer.state).toBe('closed');
  });

  it('when the server has closed it while it was idle', () => {
    const { client, accept, attempts } = makeRig();
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer();
    peer.hangUp();
    void client.fetch('http://a.test/');
    expect(attempts).toHaveLength(2);
  });

  it('when the server has said something unasked', () => {
    const { client, accept, attempts } = makeRig();
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer();
    peer.send('HTTP/1.1 408 Request Timeout\r\n\r\n');
    expect(peer.state).toBe('closed');
    void client.fetch('http://a.test/');
    expect(attempts).toHaveLength(2);
  });
});

describe('an idle connection', () => {
  it('is closed after idleTimeoutMs, to a quarter of a second', () => {
    const { client, accept, clock } = makeRig({ idleTimeoutMs: 2000 });
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer();
    clock.advance(2000 - 251);
    expect(peer.state).toBe('open');
    clock.advance(502);
    expect(peer.state).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  it('is closed a second before the server would', () => {
    const { client, accept, clock } = makeRig({ idleTimeoutMs: 60_000 });
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.send(`${OK}Keep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n`);
    clock.advance(3750);
    expect(peer.state).toBe('open');
    clock.advance(500);
    expect(peer.state).toBe('closed');
  });

  it('does not grow old while it is in use', () => {
    const { client, accept, clock, event } = makeRig({ idleTimeoutMs: 2000 });
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer();
    clock.advance(1500);
    const fetch = event(() => client.fetch('http://a.test/'));
    clock.advance(10_000);
    expect(peer.state).toBe('open');
    peer.answer('late');
    expect(fetch.result().body.toString()).toBe('late');
  });

  it('of another host makes room when sockets would outnumber maxClients', () => {
    const { client, accept } = makeRig({ maxClients: 1 });
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer();
    const fetch = client.fetch('http://b.test/');
    expect(peer.state).toBe('closed');
    accept(1).answer();
    expect(fetch.done()).toBe(true);
  });
});

describe('a connection that died idle', () => {
  /** A request on a kept connection, whose server is then gone. */
  function dying(options: FetchOptions = {}): ReturnType<typeof makeRig> & {
    readonly peer: FakePeer;
    readonly fetch: ReturnType<ReturnType<typeof makeRig>['client']['fetch']>;
  } {
    const rig = makeRig({ maxClients: 1 });
    void rig.client.fetch('http://a.test/');
    const peer = rig.accept(0);
    peer.answer();
    const fetch = rig.event(() => rig.client.fetch('http://a.test/second', options));
    return { ...rig, attempts: rig.attempts, peer, fetch };
  }

  it('is replaced by a fresh one, without queueing again', () => {
    const { client, peer, fetch, accept } = dying();
    const waiting = client.fetch('http://a.test/third');
    peer.reset();
    const fresh = accept(1);
    expect(fresh.received).toMatch(/^GET \/second /);
    fresh.answer('there');
    expect(fetch.result().body.toString()).toBe('there');
    fresh.answer('third');
    expect(waiting.result().body.toString()).toBe('third');
  });

  it('is replaced after an orderly end, too', () => {
    const { peer, fetch, accept } = dying({ method: 'PUT', body: 'x' });
    peer.hangUp();
    accept(1).answer('there');
    expect(fetch.result().code).toBe(200);
  });

  it('is not replaced when a byte of the answer had come', () => {
    const { peer, fetch, attempts } = dying();
    peer.send('H');
    peer.reset();
    expect(failureOf(fetch).code).toBe('ERR_STREAM_CLOSED');
    expect(attempts).toHaveLength(1);
  });

  it('is not replaced for what must not be done twice', () => {
    for (const options of [
      { method: 'POST', body: 'x' },
      { method: 'PATCH', body: 'x' },
      { method: 'PUT', bodyProducer: () => undefined },
    ]) {
      const { peer, fetch } = dying(options);
      peer.reset();
      expect(failureOf(fetch).code).toBe('ERR_STREAM_CLOSED');
    }
  });

  it('is replaced once', () => {
    const { peer, fetch, accept, attempts } = dying();
    peer.reset();
    accept(1).reset();
    expect(failureOf(fetch).code).toBe('ERR_STREAM_CLOSED');
    expect(attempts).toHaveLength(2);
  });

  it('is replaced anew behind a redirect', () => {
    const { peer, fetch, accept } = dying();
    peer.reset();
    const fresh = accept(1);
    fresh.send('HTTP/1.1 302 Found\r\nLocation: /third\r\nContent-Length: 0\r\n\r\n');
    expect(fresh.received).toMatch(/GET \/third /);
    fresh.reset();
    accept(2).answer('there');
    expect(fetch.result().body.toString()).toBe('there');
  });

  it('does not stop the request’s clock', () => {
    const { peer, fetch, attempt, clock } = dying({ requestTimeoutMs: 1000 });
    clock.advance(600);
    peer.reset();
    clock.advance(400);
    expect(failureOf(fetch).code).toBe('ERR_TIMEOUT');
    expect(attempt(1).isAborted).toBe(true);
  });

  it('says why when the fresh one is refused', () => {
    const { peer, fetch, attempt } = dying();
    peer.reset();
    attempt(1).refuse();
    expect(failureOf(fetch).code).toBe('ERR_CONNECT');
  });
});

describe('many requests', () => {
  it('leave nothing behind, whatever became of them', () => {
    const { client, accept, attempt, attempts, clock, event } = makeRig({ maxClients: 1 });
    const ends: ((peer: FakePeer) => void)[] = [
      (peer) => {
        peer.answer('x');
      },
      (peer) => {
        peer.reset();
      },
      (peer) => {
        peer.send('nonsense\r\n\r\n');
      },
      () => {
        clock.advance(20_000);
      },
    ];
    for (let round = 0; round < 40; round++) {
      const before = attempts.length;
      const fetch = event(() => client.fetch('http://a.test/'));
      void fetch.then(undefined, () => undefined);
      const last = attempts.length > before ? accept(before) : attempt(before - 1).peer;
      if (last === null) throw new Error('no connection');
      ends[round % ends.length]?.(last);
      // A kept connection that died is tried again on a fresh one.
      if (!fetch.done()) accept(attempts.length - 1).answer('again');
      expect(fetch.done()).toBe(true);
    }
    client.close();
    expect(attempts.every(({ peer }) => peer?.state !== 'open')).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
