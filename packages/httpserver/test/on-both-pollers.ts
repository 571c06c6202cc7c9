// The same tests on both pollers, over real sockets.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { onEachPoller, type PollerName } from '@typhoon/ioloop/testing';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { HTTPServer } from '../src/lib/http-server.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';

/** Declares `tests` once for each poller, with its loop as the current one. */
export function onBothPollers(tests: (poller: PollerName) => void): void {
  onEachPoller({ describe, it, beforeAll, afterAll }, tests);
}

/** Servers and raw clients that end with the test. */
export class Rig {
  readonly #servers: HTTPServer[] = [];
  readonly #clients: RawClient[] = [];

  constructor() {
    afterEach(async () => {
      for (const client of this.#clients.splice(0)) client.socket.destroy();
      for (const server of this.#servers.splice(0)) {
        server.stop();
        await server.closeAllConnections();
      }
    });
  }

  /** A server on a port of its own. */
  async serve(
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
  ): Promise<HTTPServer> {
    const server = new HTTPServer(app, options);
    this.#servers.push(server);
    await server.listen({ host: '127.0.0.1', port: 0 });
    return server;
  }

  /** A client that has connected. */
  async connect(server: HTTPServer): Promise<RawClient> {
    const socket = connect({
      port: Number(new URL(server.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const client = new RawClient(socket);
    this.#clients.push(client);
    await once(socket, 'connect');
    return client;
  }
}

/** Remembers what came, and tells when. */
export class RawClient {
  readonly socket: Socket;
  output = '';
  /** How the server ended the connection, as far as it has. */
  ending: 'open' | 'ended' | 'reset' = 'open';
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.output += chunk.toString('latin1');
      this.#tell();
    });
    socket.on('end', () => {
      this.ending = 'ended';
      socket.end();
      this.#tell();
    });
    socket.on('error', () => {
      this.ending = 'reset';
      this.#tell();
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Settled once this holds; it is looked at whenever something comes. */
  async until(holds: (client: this) => boolean): Promise<void> {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Settled when the server has ended the connection. */
  async ended(): Promise<this> {
    await this.until(({ ending }) => ending !== 'open');
    return this;
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
