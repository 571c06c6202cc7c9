// The server on real sockets, with clients from other hands.
import { connect as connectTcp, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request as nodeRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTPHeaders } from '@typhoon/http1';
import { coroutine, sleep } from '@typhoon/gen';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTPServer } from './http-server.ts';
import type { HTTPServerRequest } from './server-request.ts';

const servers: HTTPServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.stop();
    await server.closeAllConnections();
  }
});

async function serve(callback: (request: HTTPServerRequest) => unknown): Promise<HTTPServer> {
  const server = new HTTPServer(callback);
  servers.push(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  return server;
}

function answer(request: HTTPServerRequest, text: string): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(Buffer.byteLength(text)) });
  void request.connection.writeHeaders({ code: 200 }, headers, text);
  request.connection.finish();
}

async function raw(server: HTTPServer): Promise<Socket> {
  const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text;
}

describe('HTTPServer', () => {
  it('answers fetch, text outside latin-1 included', async () => {
    const server = await serve((request) => {
      answer(request, `${request.path} ✓ é`);
    });
    expect(await (await fetch(`${server.url}/a/b`)).text()).toBe('/a/b ✓ é');
  });

  it('hands a function the complete request, its form parsed (HSV-2)', async () => {
    const server = await serve((request) => {
      const [city] = request.bodyArguments.get('city') ?? [];
      const [file] = request.files.get('note') ?? [];
      answer(request, [request.body.length > 0, city, file?.filename, file?.body].join(' '));
    });
    const form = new FormData();
    form.set('city', 'Köln');
    form.set('note', new Blob(['hello']), 'a.txt');
    const response = await fetch(server.url, { method: 'POST', body: form });
    expect(await response.text()).toBe('true Köln a.txt hello');
  });

  it('takes a large body and gives a large one back, in order', async () => {
    const server = await serve((request) => {
      answer(request, request.body.toString());
    });
    const body = Array.from({ length: 300_000 }, (_, at) => String(at % 10)).join('');
    expect(await (await fetch(server.url, { method: 'POST', body })).text()).toBe(body);
  });

  it('streams chunks to a client that reads slowly, and waits for it', async () => {
    const server = await serve(
      coroutine(function* ({ connection }: HTTPServerRequest): Generator<unknown, void, unknown> {
        yield* connection.writeHeaders({ code: 200 }, new HTTPHeaders());
        for (let i = 0; i < 50; i++)
          yield* connection.write(Buffer.alloc(100_000, 0x61 + (i % 26)));
        connection.finish();
      }),
    );
    const response = await fetch(server.url);
    let size = 0;
    const body: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of body ?? []) size += chunk.byteLength;
    expect(size).toBe(5_000_000);
  });

  it('answers others while a coroutine waits', async () => {
    const server = await serve(
      coroutine(function* (request: HTTPServerRequest): Generator<unknown, void, unknown> {
        if (request.path === '/slow') yield* sleep(200);
        answer(request, request.path);
      }),
    );
    const order: string[] = [];
    await Promise.all(
      ['/slow', '/fast'].map(async (path) =>
        order.push(await (await fetch(server.url + path)).text()),
      ),
    );
    expect(order).toEqual(['/fast', '/slow']);
  });

  it('keeps a connection of node:http alive for the next request', async () => {
    const ports = new Set<number>();
    const server = await serve((request) => {
      ports.add(request.connection.context.transport.remoteAddress.port);
      answer(request, 'ok');
    });
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true });
    for (let i = 0; i < 3; i++) {
      const [response] = (await once(nodeRequest(server.url, { agent }).end(), 'response')) as [
        NodeJS.ReadableStream,
      ];
      response.resume();
      await once(response, 'end');
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });

  it('lets a refused client read why, though it goes on sending', async () => {
    const server = await serve((request) => {
      answer(request, 'ok');
    });
    const socket = await raw(server);
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n${'x'.repeat(500_000)}`,
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('ends a request that is never answered when the client goes, and lives on', async () => {
    let tellGone: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      tellGone = resolve;
    });
    const server = await serve((request) => {
      if (request.path === '/') request.connection.setCloseCallback(tellGone);
      else answer(request, 'ok');
    });
    const socket = await raw(server);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise(setImmediate);
    socket.destroy();
    await gone;
    expect(await (await fetch(`${server.url}/next`)).text()).toBe('ok');
  });

  it('serves over a unix socket, where the client is 0.0.0.0 (HSV-9)', async () => {
    const server = new HTTPServer((request) => {
      answer(request, request.remoteIp);
    });
    servers.push(server);
    const path = join(mkdtempSync(join(tmpdir(), 'typhoon-')), 'socket');
    await server.listen({ path });
    const [response] = (await once(nodeRequest({ socketPath: path }).end(), 'response')) as [
      NodeJS.ReadableStream,
    ];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(text).toBe('0.0.0.0');
  });

  it('says that a port is in use', async () => {
    const server = await serve(() => undefined);
    const port = Number(new URL(server.url).port);
    const second = new HTTPServer(() => undefined);
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
    });
  });

  it('closes a connection that has answered in order, without a reset (HSV-10)', async () => {
    const server = await serve((request) => {
      void request.connection.writeHeaders({ code: 204 }, new HTTPHeaders());
      request.connection.finish();
    });
    const socket = await raw(server);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const ended = once(socket, 'end'); // rejects with ECONNRESET otherwise
    await server.closeAllConnections();
    await ended;
    expect(server.connectionCount).toBe(0);
  });

  it('stops accepting and closes what is open (HSV-10)', async () => {
    const server = await serve(() => undefined);
    const socket = await raw(server);
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    server.stop();
    await server.closeAllConnections();
    await closed;
    expect(server.connectionCount).toBe(0);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
