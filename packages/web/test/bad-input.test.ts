// What clients and handlers can do wrong, on a real port: the one gets a clear answer, and everybody else is served as before.
import { Future } from '@typhoon/concurrent';
import { BadYieldError, coroutine, sleep } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen, open, readAll } from './served.ts';
import { RequestHandler, type ErrorInfo } from '../src/index.ts';
import { asynchronous } from '../src/legacy.ts';
import type { Socket } from 'node:net';
import type { HTTPServer } from '@typhoon/httpserver';

const seen: unknown[] = [];
let entered = new Future<void>();
let gone = new Future<string>();

class Hello extends RequestHandler {
  override get(): void {
    this.write('hello');
  }
  override post(): void {
    this.write(String(this.request.body.length));
  }
}

class Noting extends RequestHandler {
  override writeError(statusCode: number, info: ErrorInfo): void {
    seen.push(info.error);
    super.writeError(statusCode, info);
  }
}

class Throws extends Noting {
  override get(): void {
    throw new Error('bad');
  }
}

class Rejects extends Noting {
  override async get(): Promise<void> {
    await sleep(1);
    throw new Error('bad');
  }
}

class Fails extends Noting {
  @coroutine
  override *get(): Generator<unknown, void, unknown> {
    yield sleep(1);
    throw new Error('bad');
  }
}

class Yields extends Noting {
  @coroutine
  override *get(): Generator<unknown, void, unknown> {
    yield sleep(1);
    yield 42;
  }
}

class YieldsBare extends Noting {
  override *get(): Generator<unknown, void, unknown> {
    yield 'text';
  }
}

class Returns extends Noting {
  override get(): unknown {
    return Symbol('nothing to wait for');
  }
}

class ThrowsAsynchronous extends Noting {
  @asynchronous
  override get(): void {
    throw new Error('bad');
  }
}

class Endless extends RequestHandler {
  override async get(): Promise<void> {
    entered.setResult();
    await new Promise(() => undefined);
  }
  override onConnectionClose(): void {
    gone.setResult('told');
  }
}

class EndlessCoroutine extends RequestHandler {
  static override readonly cancelOnDisconnect: boolean = true;

  @coroutine
  override *get(): Generator<unknown, void, unknown> {
    entered.setResult();
    try {
      yield new Future<void>();
    } finally {
      gone.setResult('cleaned up');
    }
  }
}

class EndlessCallback extends RequestHandler {
  @asynchronous
  override get(): void {
    entered.setResult();
  }
  override onConnectionClose(): void {
    gone.setResult('told');
  }
}

let server: HTTPServer;
let bystander: Socket;

beforeEach(async () => {
  seen.length = 0;
  entered = new Future<void>();
  gone = new Future<string>();
  server = await listen(
    [
      ['/', Hello],
      ['/throws', Throws],
      ['/rejects', Rejects],
      ['/fails', Fails],
      ['/yields', Yields],
      ['/yields-bare', YieldsBare],
      ['/returns', Returns],
      ['/throws-asynchronous', ThrowsAsynchronous],
      ['/endless', Endless],
      ['/endless-coroutine', EndlessCoroutine],
      ['/endless-callback', EndlessCallback],
    ],
    {},
    { maxBodySize: 1000, maxHeaderSize: 2000 },
  );
  bystander = await open(server.url);
});

/** A connection that was there before is served, and so is a new one. */
afterEach(async () => {
  bystander.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await readAll(bystander)).toMatch(/^HTTP\/1.1 200 .*\r\n\r\nhello$/s);
  expect(await (await fetch(server.url)).text()).toBe('hello');
});

describe('a request', () => {
  it.each([
    ['a request line of one word', 'GET\r\nHost: x\r\n\r\n', 400],
    ['a request line with two spaces', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a control character in the target', 'GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['an unknown version', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n', 505],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400],
    ['a header name with a space', 'GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n', 400],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    [
      'both framings at once',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
      400,
    ],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc', 400],
    [
      'a chunk size that is none',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      400,
    ],
    ['a head over the limit', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(2000)}\r\n\r\n`, 431],
    ['a head without an end', `GET /${'x'.repeat(3000)}`, 431],
    ['a body over the limit', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n', 413],
    [
      'chunks over the limit',
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`1f4\r\n${'x'.repeat(500)}\r\n`.repeat(3)}`,
      413,
    ],
  ])('with %s gets its status, and the connection is closed', async (_fault, bytes, status) => {
    const socket = await open(server.url);
    socket.write(bytes, 'latin1');
    const answer = await readAll(socket);
    expect(answer.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('Connection: close');
  });

  it('up to the limits is answered', async () => {
    const response = await fetch(server.url, { method: 'POST', body: 'x'.repeat(1000) });
    expect(await response.text()).toBe('1000');
  });

  it('that breaks off in its body calls nobody', async () => {
    const socket = await open(server.url);
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    expect(await readAll(socket)).toBe('');
  });
});

describe('a handler', () => {
  it.each(['throws', 'rejects', 'fails', 'throws-asynchronous'])(
    'that %s is answered 500, once in the log',
    async (path) => {
      const log = new ExpectLog('typhoon.application', `Uncaught exception GET /${path}`);
      await log.run(async () => {
        expect((await fetch(`${server.url}/${path}`)).status).toBe(500);
      });
      expect(seen).toEqual([new Error('bad')]);
    },
  );

  it.each(['yields', 'yields-bare', 'returns'])(
    'that %s what cannot be waited for is answered 500, with a typed error',
    async (path) => {
      await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
        expect((await fetch(`${server.url}/${path}`)).status).toBe(500);
      });
      expect(seen).toEqual([expect.any(BadYieldError)]);
    },
  );

  it.each([
    ['endless', 'told'],
    ['endless-coroutine', 'cleaned up'],
    ['endless-callback', 'told'],
  ])('that is %s ends with its client, and keeps no connection', async (path, expected) => {
    const socket = await open(server.url);
    socket.write(`GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await entered;
    socket.destroy();
    expect(await gone).toBe(expected);
    // The handler hears of it before the connection has been put away.
    await vi.waitFor(() => {
      expect(server.connectionCount).toBe(1);
    });
  });
});
