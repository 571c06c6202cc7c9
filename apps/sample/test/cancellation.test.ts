// What a handler has started when its client goes: requests to other servers, tasks of worker threads, coroutines. Through real
// sockets, with every package that has a part in it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { currentDeadlineMs, Future } from '@typhoon/concurrent';
import { ThreadPoolExecutor } from '@typhoon/executor';
import { coroutine, multi, sleep } from '@typhoon/gen';
import { AsyncHTTPClient } from '@typhoon/httpclient';
import { HTTPServer } from '@typhoon/httpserver';
import { availablePollers, loopOn } from '@typhoon/ioloop/testing';
import { Application, cancelOnDisconnect, RequestHandler } from '@typhoon/web';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HTTPServerOptions } from '@typhoon/httpserver';
import type { IOLoop } from '@typhoon/ioloop';

describe.each(availablePollers())('on the %s poller', (poller) => {
  let loop: IOLoop;
  let client: AsyncHTTPClient;
  /** Answers nothing. */
  let upstream: HTTPServer;
  let upstreamAsked: Future<void>;
  let upstreamLeft: Future<void>;
  const servers: HTTPServer[] = [];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    loop = loopOn(poller);
    client = new AsyncHTTPClient();
    upstreamAsked = new Future();
    upstreamLeft = new Future();
    upstream = new HTTPServer(({ connection }) => {
      connection.setCloseCallback(() => {
        upstreamLeft.setResult();
      });
      upstreamAsked.setResult();
    });
    servers.push(upstream);
    await upstream.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0).reverse()) {
      server.stop();
      await server.closeAllConnections();
    }
    client.close();
    loop.close();
  });

  /** Serves one handler, and asks it. */
  async function ask(
    handler: typeof RequestHandler,
    options: HTTPServerOptions = {},
  ): Promise<Socket> {
    const server = new HTTPServer(new Application([['/', handler]]), options);
    servers.push(server);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  }

  it('a client that goes ends all of it, and every finally runs', async () => {
    const done: string[] = [];
    const over = new Future<void>();
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const busy = pool.submit((flag: Int32Array) => {
      Atomics.wait(flag, 0, 0);
    }, flags);
    const fetching = coroutine(function* () {
      try {
        yield* client.fetch(upstream.url);
      } finally {
        done.push('fetch');
      }
    });
    const working = coroutine(function* () {
      const task = pool.submit((flag: Int32Array) => Atomics.add(flag, 1, 1), flags);
      try {
        yield* task;
      } finally {
        done.push(task.cancelled() ? 'task taken back' : 'task');
      }
    });
    const child = coroutine(function* () {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(5);
        done.push('child, after a while');
      }
    });
    class Waiting extends RequestHandler {
      @cancelOnDisconnect
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        try {
          yield* multi([fetching(), working(), child()]);
        } finally {
          done.push('handler');
          over.setResult();
        }
      }
    }
    const socket = await ask(Waiting);
    await upstreamAsked;
    socket.destroy();
    await upstreamLeft;
    await over;
    expect(done.sort()).toEqual(['child, after a while', 'fetch', 'handler', 'task taken back']);
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    await busy;
    await pool.shutdown();
    expect(flags[1]).toBe(0);
  });

  it('a client that stays, and has said all, ends nothing', async () => {
    let isOver = false;
    class Waiting extends RequestHandler {
      @cancelOnDisconnect
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        try {
          yield* client.fetch(upstream.url);
        } finally {
          isOver = true;
        }
      }
    }
    const socket = await ask(Waiting);
    await upstreamAsked;
    socket.end();
    // The server has looked whether the client is still there: what any answer begins with went to it.
    await once(socket, 'data');
    expect([isOver, upstreamLeft.done()]).toEqual([false, false]);
  });

  it('a request hands its deadline on, in time for its handler to answer', async () => {
    const seen: unknown[] = [];
    const over = new Future<void>();
    class Asking extends RequestHandler {
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        seen.push(currentDeadlineMs() - this.request.deadlineMs);
        try {
          yield* client.fetch(upstream.url);
        } catch (error) {
          seen.push((error as { code: string }).code);
          this.setStatus(504);
        } finally {
          over.setResult();
        }
      }
    }
    const socket = await ask(Asking, { requestTimeoutMs: 300 });
    const answered = once(socket, 'data');
    await over;
    await upstreamLeft;
    expect(seen).toEqual([0, 'ERR_TIMEOUT']);
    expect(String(await answered)).toMatch(/^HTTP\/1\.1 504 /);
  });
});
