// Where a server can run: in memory, on both pollers, behind TLS. One suite runs in all of them, with one kind of client.
import { HTTPHeaders } from '@typhoon/http1';
import { IOLoop, NetPoller } from '@typhoon/ioloop';
import { MemoryPoller, testCertificate } from '@typhoon/ioloop/testing';
import { HTTPServer } from '../src/lib/http-server.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';
import type { HTTPConnection, HTTPServerConnectionDelegate } from '../src/lib/http-connection.ts';
import type { HTTPServerOptions } from '../src/lib/server-options.ts';
import type { HTTPServerRequest } from '../src/lib/server-request.ts';
import type { IOLoopOptions, Listener, Protocol, Transport } from '@typhoon/ioloop';

/** One place for a server. */
export interface World {
  readonly name: string;
  readonly isTls: boolean;
  readonly loopOptions: IOLoopOptions;
}

const isEpollThere = new IOLoop({ makeCurrent: false }).poller.name === 'epoll';

/** All places that there are on this machine. */
export const WORLDS: readonly World[] = [
  {
    name: 'memory',
    isTls: false,
    loopOptions: { poller: (loop) => new MemoryPoller(loop) },
  },
  { name: 'net', isTls: false, loopOptions: { poller: (loop) => new NetPoller(loop) } },
  ...(isEpollThere ? [{ name: 'epoll', isTls: false, loopOptions: {} }] : []),
  { name: 'TLS', isTls: true, loopOptions: {} },
];

/** A server in one of them, and its clients. */
export class Rig {
  readonly loop: IOLoop;
  readonly server: HTTPServer;
  readonly #isTls: boolean;
  #listener: Listener | null = null;

  constructor(
    world: World,
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
    loopOptions: IOLoopOptions = {},
  ) {
    this.loop = new IOLoop({ ...world.loopOptions, ...loopOptions });
    this.server = new HTTPServer(app, options);
    this.#isTls = world.isTls;
  }

  /** Connects a client that speaks bytes. */
  async connect(): Promise<RawClient> {
    const options = this.#isTls ? { tls: testCertificate } : {};
    this.#listener ??= await this.server.listen({ host: '127.0.0.1', port: 0 }, options);
    const { port } = this.#listener.address;
    const client = new RawClient();
    const tls = { ca: testCertificate.cert, servername: 'localhost' };
    this.loop.poller.connect({ host: '127.0.0.1', port }, this.#isTls ? { tls } : {}, client);
    await client.connected;
    return client;
  }

  /** Ends it all. */
  async close(): Promise<void> {
    this.server.stop();
    await this.server.closeAllConnections();
    this.loop.close();
  }
}

/** A client that sends and hears bytes, and that waits for what it hears. */
export class RawClient implements Protocol {
  /** All that was heard; a byte a character. */
  output = '';
  /** How many pieces it came in. */
  pieces = 0;
  /** Whether the server has ended its half. */
  hasEnded = false;
  /** Whether the connection is over. */
  isLost = false;
  readonly connected: Promise<void>;
  #transport: Transport | null = null;
  #resolve: () => void = () => undefined;
  #waiting: (() => void)[] = [];

  constructor() {
    this.connected = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get transport(): Transport {
    if (this.#transport === null) throw new Error('not connected');
    return this.#transport;
  }

  /** Sends, a byte a character. */
  send(text: string | Uint8Array): this {
    if (typeof text === 'string') this.transport.writeLatin1(text);
    else this.transport.write(text);
    return this;
  }

  /** Resolves once `isTrue`; rejects when the connection is lost before that. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.isLost) throw new Error(`lost; heard ${JSON.stringify(this.output.slice(-500))}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves once that has been heard. */
  heard(text: string): Promise<void> {
    return this.until(() => this.output.includes(text));
  }

  /** Resolves with all that was heard, once the connection is over. */
  async all(): Promise<string> {
    while (!this.isLost) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.output;
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#resolve();
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.output += buffer.toString('latin1', start, end);
    this.pieces++;
    this.#wake();
  }

  eofReceived(): boolean {
    this.hasEnded = true;
    this.#wake();
    return false;
  }

  connectionLost(): void {
    this.isLost = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Answers with a text. */
export function answer(connection: HTTPConnection, text: string, code = 200): void {
  const headers = new HTTPHeaders({ 'Content-Length': String(text.length) });
  void connection.writeHeaders({ code }, headers, text);
  connection.finish();
}

/** What `answer` gives on the wire. */
export function ok(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** Answers with what was asked. */
export function echo(request: HTTPServerRequest): void {
  answer(request.connection, `${request.method} ${request.path} ${request.body.toString()}`);
}

/** A delegate that keeps what it hears, in order. */
export function listener(
  heard: string[],
  more: Partial<Record<'head' | 'data' | 'finish', (connection: HTTPConnection) => unknown>> = {},
): HTTPServerConnectionDelegate {
  const told = (what: string): void => {
    heard.push(what);
  };
  return {
    startRequest: (connection) => ({
      headersReceived: ({ target }) => {
        told(`head ${target}`);
        return more.head?.(connection) as undefined;
      },
      dataReceived: (chunk) => {
        told(`data ${chunk.toString()}`);
        return more.data?.(connection) as undefined;
      },
      trailersReceived: (trailers) => {
        told(`trailers ${[...trailers.getAll()].join()}`);
      },
      finish: () => {
        told('finish');
        return more.finish?.(connection);
      },
      onConnectionClose: () => {
        told('gone');
      },
    }),
    onClose: ({ remoteIp }) => {
      told(`close ${remoteIp}`);
    },
  };
}

/** Resolves when the loop has turned. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves once that is so. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await nextTurn();
}
