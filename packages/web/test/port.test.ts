// The essentials on a real port, with clients from other hands.
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { folderOf } from './folder.ts';
import { open, readAll, serve } from './served.ts';
import {
  cancelOnDisconnect,
  RequestHandler,
  StaticFileHandler,
  streamRequestBody,
} from '../src/index.ts';

class Hello extends RequestHandler {
  override get(name = 'world'): void {
    this.write(`Hello, ${name}`);
  }
}

describe('an answer', () => {
  it('goes out as one piece: head, defaults, Etag, length, body (WEB-19, 54)', async () => {
    const url = await serve([['/', Hello]]);
    const socket = await open(url);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(first.toString().replace(/Date: .*/, 'Date: D')).toBe(
      [
        'HTTP/1.1 200 OK',
        'Server: typhoon',
        'Content-Type: text/html; charset=UTF-8',
        'Date: D',
        'Etag: "e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8"',
        'Content-Length: 12',
        '',
        'Hello, world',
      ].join('\r\n'),
    );
  });

  it('keeps its place among pipelined requests, however long the handler takes (WEB-3)', async () => {
    class Late extends RequestHandler {
      override async get(delayMs: string): Promise<void> {
        await sleep(Number(delayMs));
        this.write(`late ${delayMs}\n`);
      }
    }
    const url = await serve([
      ['/late/(.*)', Late],
      ['/now', Hello],
    ]);
    const socket = await open(url);
    const request = (path: string, last = ''): string =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
    socket.write(
      request('/late/20') + request('/now') + request('/late/1', 'Connection: close\r\n'),
    );
    const bodies = (await readAll(socket)).match(/late \d+|Hello, world/g);
    expect(bodies).toEqual(['late 20', 'Hello, world', 'late 1']);
  });

  it('is given to everybody else when one handler fails', async () => {
    class Bad extends RequestHandler {
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        yield sleep(1);
        throw new Error('bad');
      }
    }
    const url = await serve([
      ['/bad', Bad],
      ['/', Hello],
    ]);
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      const paths = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? '/' : '/bad'));
      const statuses = await Promise.all(
        paths.map(async (path) => (await fetch(url + path)).status),
      );
      expect(statuses).toEqual(paths.map((path) => (path === '/' ? 200 : 500)));
    });
  });

  it('with a wrong length closes the connection, and no other (WEB-68)', async () => {
    class Wrong extends RequestHandler {
      override get(): void {
        this.setHeader('Content-Length', 99);
        this.write('short');
      }
    }
    const url = await serve([
      ['/wrong', Wrong],
      ['/', Hello],
    ]);
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      const response = fetch(`${url}/wrong`).then((one) => one.text());
      await expect(response).rejects.toThrow();
    });
    expect(await (await fetch(url)).text()).toBe('Hello, world');
  });
});

describe('a client that goes', () => {
  it('ends what its handler waits for (WEB-8)', async () => {
    const started = new Future<void>();
    const ended = new Future<string>();
    class Waiting extends RequestHandler {
      @cancelOnDisconnect
      @coroutine
      override *get(): Generator<unknown, void, unknown> {
        started.setResult();
        try {
          yield* sleep(60_000);
        } finally {
          ended.setResult('cleaned up');
        }
      }
    }
    const url = await serve([['/', Waiting]]);
    const socket = await open(url);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await started;
    socket.destroy();
    expect(await ended).toBe('cleaned up');
  });

  it('in the middle of a large file ends its reading, quietly (WEB-108)', async () => {
    const size = 64 * 1024 * 1024;
    const closed = new Future<number>();
    class Large extends StaticFileHandler {
      override async validateAbsolutePath(): Promise<string> {
        return Promise.resolve('/large');
      }
      override getContentSize(): number {
        return size;
      }
      static override getContentVersion(): string {
        return '1';
      }
      static override *getContent(_path: string, start: number, end: number): Generator<Buffer> {
        let sent = 0;
        try {
          for (let at = start; at < end; at += 65_536) {
            sent++;
            yield Buffer.alloc(65_536);
          }
        } finally {
          closed.setResult(sent);
        }
      }
    }
    const url = await serve([['/(.*)', Large, { path: '/' }]]);
    const socket = await open(url);
    socket.write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
    // Nobody reads: the kernel's buffers fill, and the file is read no further.
    await sleep(100);
    expect(closed.done()).toBe(false);
    socket.destroy();
    expect(await closed).toBeLessThan(size / 65_536);
  });
});

describe('a file', () => {
  it('comes whole to a client that takes its time', async () => {
    const content = Buffer.alloc(5_000_000, 'typhoon ');
    const url = await serve([
      ['/(.*)', StaticFileHandler, { path: folderOf({ 'a.bin': content }) }],
    ]);
    const hash = createHash('sha1');
    const response = await fetch(`${url}/a.bin`);
    for await (const chunk of response.body ?? []) {
      hash.update(chunk as Uint8Array);
      await sleep(1);
    }
    expect(hash.digest('hex')).toBe(createHash('sha1').update(content).digest('hex'));
  });

  it('is read by a browser’s means: gzip, ranges, 304 (WEB-96, 103, 106)', async () => {
    const staticPath = folderOf({ 'a.txt': 'typhoon '.repeat(1000) });
    const url = await serve([], { staticPath, compressResponse: true });
    const whole = await fetch(`${url}/static/a.txt`);
    expect(whole.headers.get('Content-Encoding')).toBe('gzip');
    expect(await whole.text()).toHaveLength(8000);
    const headers = { 'If-None-Match': whole.headers.get('Etag') ?? '' };
    expect((await fetch(`${url}/static/a.txt`, { headers })).status).toBe(304);
    const part = await fetch(`${url}/static/a.txt`, {
      headers: { Range: 'bytes=0-6', 'Accept-Encoding': 'identity' },
    });
    expect([part.status, await part.text()]).toEqual([206, 'typhoon']);
  });
});

describe('an upload', () => {
  it('streams through a slow handler, whole and in order (WEB-12, 16)', async () => {
    @streamRequestBody
    class Upload extends RequestHandler {
      readonly #hash = createHash('sha1');
      #isBusy = false;
      override async dataReceived(chunk: Buffer): Promise<void> {
        expect(this.#isBusy).toBe(false);
        this.#isBusy = true;
        this.#hash.update(chunk);
        await sleep(1);
        this.#isBusy = false;
      }
      override put(): void {
        this.write(this.#hash.digest('hex'));
      }
    }
    const url = await serve([['/', Upload]]);
    const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 31) % 256));
    const response = await fetch(url, { method: 'PUT', body });
    expect(await response.text()).toBe(createHash('sha1').update(body).digest('hex'));
  });

  it('may be larger than others, or smaller, as prepare says (WEB-12)', async () => {
    @streamRequestBody
    class Small extends RequestHandler {
      override prepare(): void {
        this.request.connection.setMaxBodySize(10);
      }
      override dataReceived(): void {
        // dropped
      }
      override post(): void {
        this.write('ok');
      }
    }
    const url = await serve([['/', Small]]);
    expect(await (await fetch(url, { method: 'POST', body: '1234567890' })).text()).toBe('ok');
    expect((await fetch(url, { method: 'POST', body: '12345678901' })).status).toBe(413);
  });

  it('that is refused in prepare is answered at once, and the connection closed (WEB-13)', async () => {
    @streamRequestBody
    class Refusing extends RequestHandler {
      override prepare(): void {
        this.setStatus(403);
        void this.finish('no');
      }
    }
    const url = await serve([['/', Refusing]]);
    const socket = await open(url);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin');
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 403 .*\r\n\r\nno$/s);
  });

  it('of a client that goes is told to the handler (WEB-14)', async () => {
    const begun = new Future<void>();
    const gone = new Future<void>();
    @streamRequestBody
    class Upload extends RequestHandler {
      override dataReceived(): void {
        begun.setResult();
      }
      override onConnectionClose(): void {
        gone.setResult();
      }
    }
    const url = await serve([['/', Upload]]);
    const socket = await open(url);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin');
    await begun;
    socket.destroy();
    await gone;
    expect(gone.done()).toBe(true);
  });
});
