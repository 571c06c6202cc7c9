import { coroutine } from '@typhoon/gen';
import { IOLoop, TransportError } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import { Future } from '@typhoon/concurrent';
import { describe, expect, it } from 'vitest';
import { AsyncHTTPClient, HTTPClientError, HTTPRequest } from '../src/index.ts';
import { failureOf, makeRig } from './rig.ts';
import type { Resolver } from '@typhoon/iostream';
import type { FetchOptions } from '../src/index.ts';

describe('a resolver', () => {
  it('is asked for addresses, too, so that it can refuse them or have others for them (NET-10)', () => {
    const refusal = new TransportError('ERR_NAME_NOT_RESOLVED', 'not from here');
    const asked: string[] = [];
    const resolver: Resolver = {
      resolve: (host) => {
        asked.push(host);
        return Future.rejected(refusal);
      },
      close: () => undefined,
    };
    const { client, attempts, event } = makeRig({ resolver });
    for (const host of ['169.254.169.254', '[::1]', 'a.test']) {
      const fetch = event(() => client.fetch(`http://${host}/`));
      expect(failureOf(fetch).code).toBe('ERR_NAME_NOT_RESOLVED');
    }
    expect([asked, attempts.length]).toEqual([['169.254.169.254', '::1', 'a.test'], 0]);
  });
});

describe('fetch', () => {
  it('gives the answer to a request', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/x?y');
    const peer = accept(0);
    expect(peer.received).toMatch(/^GET \/x\?y HTTP\/1\.1\r\nHost: a\.test\r\n/);
    peer.send('HTTP/1.1 201 Made\r\nContent-Length: 5\r\nX-Test: 1\r\n\r\nhello');
    const response = fetch.result();
    expect([response.code, response.reason, response.body.toString()]).toEqual([
      201,
      'Made',
      'hello',
    ]);
    expect(response.headers.get('x-test')).toBe('1');
    expect(response.effectiveUrl).toBe('http://a.test/x?y');
    expect(response.error).toBeNull();
  });

  it('can be awaited, and yielded', async () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    expect(fetch).toBeInstanceOf(Future);
    accept(0).answer('hello');
    expect((await fetch).body.toString()).toBe('hello');
    const ask = coroutine(function* () {
      const response = yield* client.fetch('http://b.test/');
      return response.body.toString();
    });
    const asking = ask();
    accept(1).answer('there');
    expect(asking.result()).toBe('there');
  });

  it('fails on a loop that is closed', () => {
    const { client, loop } = makeRig();
    loop.close();
    expect(failureOf(client.fetch('http://a.test/')).message).toContain('closed');
  });

  it('sends head and body as one write', () => {
    const { client, attempt } = makeRig();
    const pieces = ['text', 'ä', Buffer.from('bytes')];
    for (const [at, body] of pieces.entries()) {
      void client.fetch('http://a.test/', { method: 'POST', body });
      const peer = attempt(at).accept();
      expect(peer.flushes).toBe(1);
      const bytes = Buffer.from(body).toString('latin1');
      expect(peer.received.endsWith(`\r\n\r\n${bytes}`)).toBe(true);
    }
  });

  it('fails for every status outside 200 to 299, with the answer (HCL-5)', () => {
    const rig = makeRig();
    const { client, accept } = rig;
    for (const [at, code] of [300, 302, 304, 404, 503].entries()) {
      const fetch = client.fetch('http://a.test/', { followRedirects: false });
      accept(at).send(`HTTP/1.1 ${code} Odd\r\nLocation: /x\r\nConnection: close\r\n\r\n`);
      rig.attempt(at).peer?.hangUp();
      const error = failureOf(fetch);
      expect(error).toBeInstanceOf(HTTPClientError);
      expect(error).toMatchObject({ code: 'ERR_HTTP_STATUS', status: code });
      expect(error.response?.code).toBe(code);
      expect(error.response?.error).toBe(error);
    }
  });

  it('gives such an answer without raiseError, and still fails for all else (HCL-5, 6)', () => {
    const { client, accept, attempt } = makeRig();
    const missing = client.fetch('http://a.test/', { raiseError: false });
    accept(0).answer('gone', 'HTTP/1.1 404 Not Found');
    expect(missing.result().code).toBe(404);
    expect(() => {
      missing.result().rethrow();
    }).toThrow('HTTP 404: Not Found');
    const refused = client.fetch('http://b.test/', { raiseError: false });
    attempt(1).refuse();
    expect(failureOf(refused)).toMatchObject({ code: 'ERR_CONNECT', status: 599 });
  });

  it('takes a request object, alone (HCL-4)', () => {
    const { client, accept } = makeRig();
    const request = new HTTPRequest('http://a.test/', { method: 'POST', body: 'x' });
    const fetch = client.fetch(request);
    const peer = accept(0);
    expect(peer.received).toMatch(/^POST /);
    peer.answer();
    expect(fetch.result().request).toBe(request);
    const wrong = client.fetch(request, { method: 'PUT' } as FetchOptions);
    expect(failureOf(wrong)).toMatchObject({ code: 'ERR_BAD_REQUEST' });
    expect(failureOf(wrong).message).toContain('method');
  });

  it('fetches one request as often as wanted (HCL-15)', () => {
    const { client, accept, event } = makeRig();
    const first = client.fetch('http://a.test/', { headers: { 'X-Test': '1' } });
    const peer = accept(0);
    peer.answer('one');
    const before = peer.received;
    const second = event(() => client.fetch(first.result().request, { raiseError: false }));
    expect(peer.received).toBe(before + before);
    peer.answer('two');
    expect(second.result().body.toString()).toBe('two');
  });

  it('measures from the start, without the queue (HCL-11)', () => {
    const { client, accept, clock } = makeRig({ maxClients: 1 });
    const start = clock.now();
    void client.fetch('http://a.test/1');
    const fetch = client.fetch('http://a.test/2');
    clock.advance(10);
    const peer = accept(0);
    clock.advance(20);
    peer.answer();
    clock.advance(40);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n');
    clock.advance(80);
    peer.send('x');
    const { timeInfo, requestTimeMs, startTime } = fetch.result();
    expect(timeInfo).toEqual({ queueMs: 30, connectMs: 0, startTransferMs: 40, totalMs: 120 });
    expect(requestTimeMs).toBe(120);
    expect(startTime).toBe(start + 30);
  });

  it('runs maxClients requests at once, and the next in order (SHC-1, 2)', () => {
    const { client, attempts, accept } = makeRig({ maxClients: 2 });
    const log = new ExpectLog('typhoon.general', 'request queued: 2 active, 2 queued', {
      level: 'debug',
    });
    const fetches = log.run(() =>
      ['a', 'b', 'c', 'd'].map((host) => client.fetch(`http://${host}.test/`)),
    );
    expect(attempts).toHaveLength(2);
    accept(1).answer();
    expect(attempts[2]?.address).toEqual({ host: 'c.test', port: 80 });
    accept(0).answer();
    expect(attempts[3]?.address).toEqual({ host: 'd.test', port: 80 });
    accept(2).answer();
    accept(3).answer();
    for (const fetch of fetches) expect(fetch.done()).toBe(true);
  });

  it('runs maxClientsPerHost requests with one host at once', () => {
    const { client, attempts } = makeRig({ maxClientsPerHost: 1 });
    for (const path of ['1', '2', '3']) void client.fetch(`http://a.test/${path}`);
    void client.fetch('http://b.test/');
    expect(attempts).toHaveLength(2);
  });

  it('fails with what is wrong with a request, and throws nothing', () => {
    const { client, attempts } = makeRig();
    expect(failureOf(client.fetch('ftp://a.test/')).code).toBe('ERR_BAD_URL');
    expect(failureOf(client.fetch('http://a.test/', { method: 'FOO' })).code).toBe(
      'ERR_BAD_REQUEST',
    );
    const missing = client.fetch('https://a.test/', { caCerts: '/nowhere.pem' });
    expect(failureOf(missing).code).toBe('ERR_BAD_REQUEST');
    expect(attempts).toHaveLength(0);
    // And the slot is free again.
    const fetch = client.fetch('https://a.test/', { caCerts: '/nowhere.pem' });
    expect(fetch.done()).toBe(true);
  });

  it('says who refused, and why (SHC-22)', () => {
    const { client, attempt } = makeRig();
    const cases = [
      ['ERR_CONNECTION_REFUSED', 'ERR_CONNECT'],
      ['ERR_UNREACHABLE', 'ERR_CONNECT'],
      ['ERR_NAME_NOT_RESOLVED', 'ERR_NAME_NOT_RESOLVED'],
      ['ERR_TLS', 'ERR_TLS'],
    ] as const;
    for (const [at, [refusal, code]] of cases.entries()) {
      const fetch = client.fetch('http://a.test:81/secret?token=1');
      attempt(at).refuse(refusal);
      const error = failureOf(fetch);
      expect(error.code).toBe(code);
      expect(error.message).toContain('http://a.test:81');
      expect(error.message).not.toContain('token');
      expect(error.cause).toMatchObject({ code: refusal });
    }
  });
});

describe('AsyncHTTPClient', () => {
  it('has one shared client a loop, and makes its own with new (HCL-1)', () => {
    const loop = new IOLoop();
    const client = AsyncHTTPClient.current();
    expect(AsyncHTTPClient.current()).toBe(client);
    expect(new AsyncHTTPClient()).not.toBe(client);
    const other = new IOLoop();
    expect(AsyncHTTPClient.current()).not.toBe(client);
    other.close();
    loop.makeCurrent();
    expect(AsyncHTTPClient.current()).toBe(client);
    loop.close();
  });

  it('fetches nothing once it is closed; the shared one is then made anew (HCL-8)', () => {
    const { client } = makeRig();
    client.close();
    client.close();
    expect(client.isClosed).toBe(true);
    expect(failureOf(client.fetch('http://a.test/'))).toMatchObject({
      code: 'ERR_CLIENT_CLOSED',
      message: 'HTTP 599: fetch() called on closed AsyncHTTPClient',
    });
    const loop = new IOLoop();
    const shared = AsyncHTTPClient.current();
    shared.close();
    expect(AsyncHTTPClient.current()).not.toBe(shared);
    loop.close();
  });

  it('ends what runs, waits or is idle when it is closed (SHC-30)', () => {
    const { client, accept, attempt, clock } = makeRig({ maxClients: 3 });
    const urls = ['a', 'b', 'c', 'd'].map((host) => `http://${host}.test/`);
    const [idle, running, connecting, waiting] = urls.map((url) => client.fetch(url));
    const [first, second] = [accept(0), accept(1)];
    first.answer();
    expect(idle?.result().code).toBe(200);
    client.close();
    expect([first.state, second.state]).toEqual(['closed', 'aborted']);
    expect(attempt(2).isAborted).toBe(true);
    for (const fetch of [running, connecting, waiting]) {
      expect(fetch?.exception()).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    }
    expect(clock.pending).toBe(0);
  });

  it('can be used with using', () => {
    const { client } = makeRig();
    client[Symbol.dispose]();
    expect(client.isClosed).toBe(true);
  });

  it('gives its defaults to every request (HCL-3)', () => {
    const { client, accept } = makeRig({
      defaults: { userAgent: 'mine', headers: { 'X-A': '1' } },
    });
    void client.fetch('http://a.test/');
    expect(accept(0).received).toMatch(/X-A: 1\r\n.*User-Agent: mine\r\n/s);
    void client.fetch('http://b.test/', { userAgent: 'other' });
    expect(accept(1).received).toMatch(/User-Agent: other\r\n/);
  });

  it('refuses limits that are none', () => {
    for (const options of [
      { maxClients: 0 },
      { maxClientsPerHost: -1 },
      { maxBodySize: Number.NaN },
    ]) {
      expect(() => new AsyncHTTPClient(options)).toThrow(RangeError);
    }
  });

  it('connects where hostnameMapping says, and names the host it was asked for (SHC-23, 25)', () => {
    const { client, accept, attempts } = makeRig({ hostnameMapping: { 'A.test': '127.0.0.1:81' } });
    void client.fetch('http://a.test/');
    expect(attempts[0]?.address).toEqual({ host: '127.0.0.1', port: 81 });
    expect(accept(0).received).toContain('Host: a.test\r\n');
  });

  it('asks for IPv4 only, or from an address, when told to (SHC-9, 21)', () => {
    const { client, attempts } = makeRig();
    void client.fetch('http://a.test/', { allowIpv6: false, networkInterface: '127.0.0.2' });
    expect(attempts[0]?.options).toEqual({ family: 4, localAddress: '127.0.0.2' });
  });
});
