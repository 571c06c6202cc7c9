import { getEventListeners } from 'node:events';
import { CancelledError, withTimeout } from '@typhoon/concurrent';
import { describe, expect, it } from 'vitest';
import { makeRig } from './rig.ts';
import type { HTTPResponse } from '../src/index.ts';
import type { Future } from '@typhoon/concurrent';
import type { Rig } from './rig.ts';

/** Brings a fetch to a point; answers how to see whether its connection is closed. */
const POINTS: [string, (rig: Rig, fetch: Future<HTTPResponse>) => () => boolean][] = [
  ['connecting', (rig) => () => rig.attempt(0).isAborted],
  [
    'asking',
    (rig) => {
      const peer = rig.accept(0);
      return () => peer.state === 'aborted';
    },
  ],
  [
    'reading the body',
    (rig) => {
      const peer = rig.accept(0);
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe');
      return () => peer.state === 'aborted';
    },
  ],
];

describe('cancelling the future', () => {
  it.each(POINTS)('closes the connection at once while %s (HCL-18)', (_name, bring) => {
    const rig = makeRig();
    const fetch = rig.client.fetch('http://a.test/');
    const isClosed = bring(rig, fetch);
    expect(isClosed()).toBe(false);
    expect(fetch.cancel()).toBe(true);
    expect(isClosed()).toBe(true);
    expect(fetch.cancelled()).toBe(true);
    expect(rig.clock.pending).toBe(0);
  });

  it('takes it out of the queue', () => {
    const { client, attempts, accept } = makeRig({ maxClients: 1 });
    void client.fetch('http://a.test/');
    const fetch = client.fetch('http://b.test/');
    const next = client.fetch('http://c.test/');
    fetch.cancel();
    accept(0).answer();
    expect(attempts[1]?.address).toEqual({ host: 'c.test', port: 80 });
    expect(next.done()).toBe(false);
  });

  it('frees its slot', () => {
    const { client, attempts } = makeRig({ maxClients: 1 });
    const fetch = client.fetch('http://a.test/');
    void client.fetch('http://b.test/');
    fetch.cancel();
    expect(attempts).toHaveLength(2);
  });

  it('does nothing behind the answer, whose connection is kept', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    const peer = accept(0);
    peer.answer('x');
    expect(fetch.cancel()).toBe(false);
    expect(peer.state).toBe('open');
    expect(fetch.result().body.toString()).toBe('x');
  });

  it('may come from a callback in the middle of the answer', () => {
    const { client, accept } = makeRig();
    const fetch: Future<HTTPResponse> = client.fetch('http://a.test/', {
      streamingCallback: () => fetch.cancel(),
    });
    const peer = accept(0);
    peer.answer('x');
    expect(fetch.cancelled()).toBe(true);
    expect(peer.state).toBe('aborted');
  });

  it('is what withTimeout does when it is told to', () => {
    const rig = makeRig();
    const fetch = rig.client.fetch('http://a.test/');
    const timed = withTimeout(50, fetch, { cancel: true });
    const peer = rig.accept(0);
    rig.clock.advance(50);
    expect(peer.state).toBe('aborted');
    expect(timed.exception()).toMatchObject({ code: 'ERR_TIMEOUT' });
  });
});

describe('an AbortSignal', () => {
  it('cancels the fetch and closes its connection', () => {
    const { client, accept } = makeRig();
    const controller = new AbortController();
    const fetch = client.fetch('http://a.test/', { signal: controller.signal });
    const peer = accept(0);
    controller.abort('enough');
    expect(peer.state).toBe('aborted');
    expect(() => fetch.result()).toThrow(CancelledError);
    expect(() => fetch.result()).toThrow(expect.objectContaining({ cause: 'enough' }));
    expect(() => fetch.result()).toThrow('GET http://a.test:80/ was aborted by its signal');
  });

  it('that is aborted already lets nothing start', () => {
    const { client, attempts } = makeRig();
    const fetch = client.fetch('http://a.test/', { signal: AbortSignal.abort() });
    expect(fetch.cancelled()).toBe(true);
    expect(attempts).toHaveLength(0);
  });

  it('has no listener left when the fetch is over', () => {
    const { client, accept, attempt } = makeRig();
    const { signal } = new AbortController();
    const fetches = ['a', 'b', 'c', 'd'].map((host) =>
      client.fetch(`http://${host}.test/`, { signal }),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    accept(0).answer();
    accept(1).reset();
    attempt(2).refuse();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    fetches[3]?.cancel();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    for (const fetch of fetches) void fetch.then(undefined, () => undefined);
  });

  it('has no listener of a request that cannot be', () => {
    const { client } = makeRig();
    const { signal } = new AbortController();
    void client.fetch('ftp://a.test/', { signal }).then(undefined, () => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
