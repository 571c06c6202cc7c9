// The same tests on both pollers, over real sockets: servers, clients and raw sockets that end with the test.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onEachPoller, type PollerName } from '@typhoon/ioloop/testing';
import { setLogSink } from '@typhoon/log';
import { Application } from '@typhoon/web';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { websocketConnect, type WebSocketClientConnection } from '../src/index.ts';
import type { HTTPServer } from '@typhoon/httpserver';
import type { ApplicationListenOptions, ApplicationSettings, RouteList } from '@typhoon/web';
import type { WebSocketConnectOptions } from '../src/index.ts';

/** Declares `tests` once for each poller, with its loop as the current one. */
export function onBothPollers(tests: (poller: PollerName) => void): void {
  onEachPoller({ describe, it, beforeAll, afterAll }, tests);
}

/** What was logged in this test, a line each. */
export const logged: string[] = [];

/** Servers and clients that end with the test. */
export class Rig {
  readonly #servers: HTTPServer[] = [];
  readonly #clients: WebSocketClientConnection[] = [];
  readonly #sockets: Socket[] = [];

  constructor() {
    beforeEach(() => {
      logged.length = 0;
      setLogSink({ write: ({ message }) => logged.push(message) });
    });
    afterEach(async () => {
      for (const client of this.#clients.splice(0)) client.protocol?.abort();
      for (const socket of this.#sockets.splice(0)) socket.destroy();
      for (const server of this.#servers.splice(0)) {
        server.stop();
        await server.closeAllConnections();
      }
      setLogSink(null);
    });
  }

  /** Serves an application; answers its URL, with the scheme `ws` or `wss`. */
  async serve(
    routes: RouteList,
    settings?: ApplicationSettings,
    options?: ApplicationListenOptions,
  ): Promise<string> {
    const { url } = await this.server(routes, settings, options);
    return url.replace(/^http/, 'ws');
  }

  async server(
    routes: RouteList,
    settings?: ApplicationSettings,
    options?: ApplicationListenOptions,
  ): Promise<HTTPServer> {
    const app = new Application(routes, { logFunction: () => undefined, ...settings });
    const server = await app.listen(0, { address: '127.0.0.1', ...options });
    this.#servers.push(server);
    return server;
  }

  /** Settled when somebody listens on that port. */
  async listening(port: number): Promise<void> {
    for (;;) {
      const socket = connect(port, '127.0.0.1');
      const isThere = await new Promise((resolve) => {
        socket.once('connect', () => {
          resolve(true);
        });
        socket.once('error', () => {
          resolve(false);
        });
      });
      socket.destroy();
      if (isThere === true) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** A client of ours. */
  async connect(
    url: Parameters<typeof websocketConnect>[0],
    options: WebSocketConnectOptions = {},
  ): Promise<WebSocketClientConnection> {
    const client = await websocketConnect(url, options);
    this.#clients.push(client);
    return client;
  }

  /** A client that sends any bytes; answers what the server said to the handshake. */
  async raw(
    url: string,
    fields: Readonly<Record<string, string>> = {},
    body = '',
  ): Promise<RawClient> {
    const { port, pathname, search, host } = new URL(url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    const client = new RawClient(socket);
    const all = {
      Host: host,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...fields,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== '');
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${head}\r\n${body}`);
    await client.until(({ output }) => output.includes('\r\n\r\n') || client.hasEnded);
    const end = client.output.indexOf('\r\n\r\n') + 4;
    client.head = client.output.toString('latin1', 0, end);
    client.output = client.output.subarray(end);
    return client;
  }
}

/** Remembers what came, and tells when. */
export class RawClient {
  readonly socket: Socket;
  head = '';
  #pieces: Buffer[] = [];
  hasEnded = false;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    const tell = (): void => {
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#pieces.push(chunk);
      tell();
    });
    const end = (): void => {
      this.hasEnded = true;
      tell();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', end);
  }

  /** All that came. */
  get output(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }

  set output(bytes: Buffer) {
    this.#pieces = [bytes];
  }

  /** Whether what came ends like that; all of it is not put together for that. */
  endsWith(end: Buffer): boolean {
    const last = this.#pieces.at(-1);
    const some = last !== undefined && last.length >= end.length ? last : this.output;
    return some.subarray(-end.length).equals(end);
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  /** Settled once this holds; it is looked at whenever something comes. */
  async until(holds: (client: this) => boolean): Promise<void> {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Settled when the server has ended the connection; all that came before. */
  async end(): Promise<Buffer> {
    await this.until(({ hasEnded }) => hasEnded);
    return this.output;
  }
}
