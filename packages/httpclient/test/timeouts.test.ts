import { withDeadline } from '@typhoon/concurrent';
import { describe, expect, it } from 'vitest';
import { HTTPTimeoutError } from '../src/index.ts';
import { failureOf, makeRig } from './rig.ts';
import type { HTTPResponse } from '../src/index.ts';
import type { Future } from '@typhoon/concurrent';

type Fetched = Future<HTTPResponse>;

describe('timeouts', () => {
  it('gives up connecting after the smaller of the two (SHC-3)', () => {
    const { client, attempt, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', { connectTimeoutMs: 100, requestTimeoutMs: 500 });
    const other = client.fetch('http://b.test/', { connectTimeoutMs: 500, requestTimeoutMs: 100 });
    clock.advance(99);
    expect(fetch.done()).toBe(false);
    clock.advance(1);
    expect(failureOf(fetch)).toBeInstanceOf(HTTPTimeoutError);
    expect(failureOf(fetch).message).toBe(
      'HTTP 599: Timeout while connecting after 100 ms: GET http://a.test:80/',
    );
    expect(failureOf(other).message).toContain('Timeout while connecting after 100 ms');
    expect([attempt(0).isAborted, attempt(1).isAborted]).toEqual([true, true]);
  });

  it('counts the request’s time from the start of connecting (SHC-3)', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', { connectTimeoutMs: 100, requestTimeoutMs: 500 });
    clock.advance(90);
    const peer = accept(0);
    clock.advance(409);
    expect(fetch.done()).toBe(false);
    clock.advance(1);
    expect(failureOf(fetch)).toMatchObject({ code: 'ERR_TIMEOUT', status: 599 });
    expect(failureOf(fetch).message).toBe(
      'HTTP 599: Timeout during request after 500 ms: GET http://a.test:80/, no complete head had come',
    );
    expect(peer.state).toBe('aborted');
  });

  it('says how much of an answer had come', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/');
    accept(0).send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345');
    clock.advance(20_000);
    expect(failureOf(fetch).message).toContain('5 bytes of the body had come');
  });

  it('gives up on a server that sends a byte now and then', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', { requestTimeoutMs: 1000 });
    const peer = accept(0);
    for (const byte of 'HTTP/1.1 2') {
      peer.send(byte);
      clock.advance(100);
    }
    expect(failureOf(fetch).code).toBe('ERR_TIMEOUT');
  });

  it('gives up waiting in the queue, and never starts (SHC-1)', () => {
    const { client, attempts, accept, clock } = makeRig({ maxClients: 1 });
    void client.fetch('http://a.test/', { connectTimeoutMs: 0, requestTimeoutMs: 0 });
    const fetch = client.fetch('http://b.test/', { connectTimeoutMs: 0, requestTimeoutMs: 50 });
    clock.advance(50);
    expect(failureOf(fetch).message).toBe(
      'HTTP 599: Timeout in request queue after 50 ms: GET http://b.test:80/',
    );
    accept(0).answer();
    expect(attempts).toHaveLength(1);
  });

  it('does not count the time in the queue (SHC-3)', () => {
    const { client, accept, clock } = makeRig({ maxClients: 1 });
    void client.fetch('http://a.test/');
    const fetch = client.fetch('http://a.test/', { requestTimeoutMs: 1000 });
    const peer = accept(0);
    clock.advance(900);
    peer.answer();
    clock.advance(900);
    peer.answer('late');
    expect(fetch.result().body.toString()).toBe('late');
  });

  it('waits for ever when both are 0 (HCL-2)', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', { connectTimeoutMs: 0, requestTimeoutMs: 0 });
    clock.advance(1e9);
    accept(0);
    clock.advance(1e9);
    expect(fetch.done()).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind an answer, a failure or a timeout (SHC-30)', () => {
    const { client, accept, attempt, clock } = makeRig({ maxIdleConnections: 0 });
    void client.fetch('http://a.test/');
    accept(0).answer();
    expect(clock.pending).toBe(0);
    void client.fetch('http://a.test/').then(undefined, () => undefined);
    attempt(1).refuse();
    expect(clock.pending).toBe(0);
    void client.fetch('http://a.test/').then(undefined, () => undefined);
    accept(2);
    clock.advance(20_000);
    expect(clock.pending).toBe(0);
  });

  it('starts anew for each redirect (SHC-15)', () => {
    const { client, accept, clock } = makeRig();
    const fetch = client.fetch('http://a.test/', { requestTimeoutMs: 1000 });
    const peer = accept(0);
    clock.advance(900);
    peer.send('HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n');
    clock.advance(900);
    peer.answer('there');
    expect(fetch.result().requestTimeMs).toBe(900);
  });
});

describe('a deadline', () => {
  it('is over everything: waiting, connecting, redirects, the last byte', () => {
    const { client, accept, clock } = makeRig({ maxClients: 1 });
    const first = client.fetch('http://a.test/');
    const fetch = client.fetch('http://b.test/', { deadline: 1000, requestTimeoutMs: 600 });
    clock.advance(400);
    accept(0).answer();
    expect(first.done()).toBe(true);
    clock.advance(300);
    accept(1).send('HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n');
    clock.advance(299);
    expect(fetch.done()).toBe(false);
    clock.advance(1);
    expect(failureOf(fetch)).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(failureOf(fetch).message).toBe(
      'HTTP 599: Deadline passed while asking: GET http://b.test:80/x',
    );
  });

  it('is that of the work under way, unless the request has its own or wants none', () => {
    const { client, clock, loop } = makeRig();
    const options = { connectTimeoutMs: 0, requestTimeoutMs: 0 };
    const [inherited, own, none] = withDeadline(100, () => [
      client.fetch('http://a.test/', options),
      client.fetch('http://b.test/', { ...options, deadline: { at: loop.time() + 200 } }),
      client.fetch('http://c.test/', { ...options, deadline: 'none' }),
    ]) as [Fetched, Fetched, Fetched];
    clock.advance(100);
    expect([inherited.done(), own.done()]).toEqual([true, false]);
    clock.advance(100);
    expect([own.done(), none.done()]).toEqual([true, false]);
    expect(failureOf(inherited).message).toContain('Deadline passed while connecting');
    clock.advance(100_000);
    expect(none.done()).toBe(false);
    client.close();
    expect(failureOf(none)).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  it('that has passed already ends the fetch before anything is sent', () => {
    const { client, clock, loop } = makeRig();
    const fetch = client.fetch('http://a.test/', { deadline: { at: loop.time() - 1 } });
    clock.advance(0);
    expect(failureOf(fetch)).toBeInstanceOf(HTTPTimeoutError);
  });

  it('that is none is refused', () => {
    const { client } = makeRig();
    expect(failureOf(client.fetch('http://a.test/', { deadline: NaN }))).toMatchObject({
      code: 'ERR_BAD_REQUEST',
    });
  });
});
