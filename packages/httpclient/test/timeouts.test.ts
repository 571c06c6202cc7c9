import { describe, expect, it } from 'vitest';
import { HTTPTimeoutError } from '../src/index.ts';
import { failureOf, makeRig } from './rig.ts';

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
