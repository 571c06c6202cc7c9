import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { CancelledError } from '@typhoon/concurrent';
import { beforeEach, describe, expect, it } from 'vitest';
import { AsyncHTTPClient } from '../src/index.ts';
import { closed, httpServer } from './local-server.ts';
import { onPollers } from './on-pollers.ts';
import { makeRig } from './rig.ts';
import type { FetchOptions, StreamedResponse } from '../src/index.ts';
import type { Rig } from './rig.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('stream', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = makeRig();
  });

  function streamed(options: FetchOptions = {}): StreamedResponse {
    const future = rig.client.stream('http://a.test/', options);
    rig.accept(0).send('HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nfirst');
    return future.result();
  }

  it('gives the answer at its head', () => {
    const response = streamed();
    expect([response.code, response.headers.get('Content-Length')]).toEqual([200, '200000']);
    expect(rig.attempt(0).peer?.state).toBe('open');
  });

  it('gives the body piece by piece', async () => {
    const pieces = streamed()[Symbol.asyncIterator]();
    expect((await pieces.next()).value?.toString()).toBe('first');
    const second = pieces.next();
    rig.attempt(0).peer?.send('x'.repeat(199_995));
    expect((await second).value?.length).toBe(199_995);
    expect((await pieces.next()).done).toBe(true);
  });

  it('holds the server up while nobody reads, and lets it go on when somebody does', async () => {
    const pieces = streamed()[Symbol.asyncIterator]();
    const { peer } = rig.attempt(0);
    peer?.send('x'.repeat(70_000));
    expect(peer?.isPaused).toBe(true);
    await pieces.next();
    await pieces.next();
    expect(peer?.isPaused).toBe(false);
  });

  it('frees the connection of a short body that nobody reads', async () => {
    const future = rig.client.stream('http://a.test/');
    rig.accept(0).answer('short');
    void rig.client.fetch('http://a.test/2');
    expect(rig.attempts).toHaveLength(1);
    expect(await future.result().text()).toBe('short');
  });

  it('is read once', async () => {
    const response = streamed();
    void response[Symbol.asyncIterator]();
    expect(response.bodyUsed).toBe(true);
    await expect(async () => await response.bytes()).rejects.toMatchObject({
      code: 'ERR_BODY_USED',
    });
  });

  it('closes the connection when the loop over it is left', async () => {
    for await (const piece of streamed()) {
      expect(piece.toString()).toBe('first');
      break;
    }
    expect(rig.attempt(0).peer?.state).toBe('aborted');
  });

  it('closes the connection when it is cancelled or disposed of', async () => {
    const response = streamed();
    const pieces = response[Symbol.asyncIterator]();
    await pieces.next();
    const second = pieces.next();
    response.cancel();
    await expect(second).rejects.toThrow(CancelledError);
    expect(rig.attempt(0).peer?.state).toBe('aborted');
  });

  it('tells the reader of what happens behind the head', async () => {
    const response = streamed();
    rig.attempt(0).peer?.reset();
    await expect(async () => await response.bytes()).rejects.toMatchObject({
      code: 'ERR_STREAM_CLOSED',
    });
  });

  it('times out behind the head', async () => {
    const response = streamed({ requestTimeoutMs: 100 });
    rig.clock.advance(100);
    await expect(async () => await response.bytes()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('fails with the whole answer where the status says so', () => {
    const future = rig.client.stream('http://a.test/');
    rig.accept(0).answer('gone', 'HTTP/1.1 404 Not Found');
    expect(future.exception()).toMatchObject({ code: 'ERR_HTTP_STATUS', status: 404 });
    expect((future.exception() as { response: StreamedResponse }).response.body.toString()).toBe(
      'gone',
    );
  });

  it('gives such an answer, too, with raiseError: false', async () => {
    const future = rig.client.stream('http://a.test/', { raiseError: false });
    rig.accept(0).answer('gone', 'HTTP/1.1 404 Not Found');
    expect([future.result().code, await future.result().text()]).toEqual([404, 'gone']);
  });

  it('is cancelled before its head as a fetch is', () => {
    const future = rig.client.stream('http://a.test/');
    future.cancel();
    expect(rig.attempt(0).isAborted).toBe(true);
    expect(future.cancelled()).toBe(true);
  });

  it('has no place for streamingCallback', () => {
    const future = rig.client.stream('http://a.test/', { streamingCallback: () => undefined });
    expect(future.exception()).toMatchObject({ code: 'ERR_BAD_REQUEST' });
  });
});

onPollers(() => {
  it('streams compressed megabytes through the web’s streams', async () => {
    const { port } = await httpServer((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(3_000_000, 'abc')));
    });
    using client = new AsyncHTTPClient();
    const response = await client.stream(`http://127.0.0.1:${port}/`);
    let size = 0;
    for await (const piece of response.readable()) size += piece.length;
    expect(size).toBe(3_000_000);
  });

  it('sends what a web stream, a generator and a request of Node.js give, at the server’s pace', async () => {
    const { port } = await httpServer((request, response) => void request.pipe(response));
    using client = new AsyncHTTPClient();
    async function* numbers(): AsyncGenerator<string> {
      for (let n = 0; n < 5; n++) {
        await turn();
        yield `${n};`;
      }
    }
    for (const body of [numbers(), new Blob(['0;1;2;', '3;4;']).stream()]) {
      const response = await client.fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      expect(response.body.toString()).toBe('0;1;2;3;4;');
    }
  });

  it('ends what gives the body when the fetch is over', async () => {
    const { port } = await httpServer(() => undefined);
    using client = new AsyncHTTPClient();
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      cancel: () => {
        isCancelled = true;
      },
    });
    const fetch = client.fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    await expect(async () => {
      setTimeout(() => fetch.cancel(), 50);
      await fetch;
    }).rejects.toThrow(CancelledError);
    expect(isCancelled).toBe(true);
  });

  it('does not send pieces twice', async () => {
    const { port } = await httpServer((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(307, { Location: '/again' }).end());
    });
    using client = new AsyncHTTPClient();
    const body = new Blob(['once']).stream();
    await expect(
      async () => await client.fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body }),
    ).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST' });
  });

  it('gives up an answer that is dropped with its body unread', async () => {
    const { port, sockets } = await httpServer((_request, response) => {
      response.write(Buffer.alloc(1_000_000));
    });
    using client = new AsyncHTTPClient();
    await client.stream(`http://127.0.0.1:${port}/`).then(() => undefined);
    const end = closed(sockets[0]);
    for (let n = 0; n < 20; n++) {
      collectGarbage();
      await turn();
    }
    await end;
  });
});
