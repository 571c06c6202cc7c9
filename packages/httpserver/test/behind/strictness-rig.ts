// Any bytes through a proxy to a server, and what became of them on the way. Owns: a wire between the two that remembers, proxies
// that sign what they pass on. Must not know: which bytes are sent, what is made of the result.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Replacements } from './deployed-configuration.ts';

/** The field by which the proxy says from which of its client's ports a request came. */
export const CLIENT_PORT = 'X-Client-Port';

/** The field in which the proxy puts what no client knows: what has it not has not come through the proxy as a request. */
export const SIGNATURE = 'X-Signature';

/** How a proxy differs from the one of the page. */
export interface Signing {
  readonly signature: string;
  /** How long clients may leave something out. */
  readonly patienceMs: number;
  /** Whether connections to the server are kept for the requests of other clients. */
  readonly isShared: boolean;
}

/** The page's configuration, with those two fields, and with little patience. */
export function signing(kind: string, { signature, patienceMs, isShared }: Signing): Replacements {
  const patience = `${patienceMs}ms`;
  if (kind === 'nginx') {
    const fields = `proxy_set_header ${CLIENT_PORT} $remote_port; proxy_set_header ${SIGNATURE} ${signature};`;
    return [
      [
        'server {',
        `server { client_header_timeout ${patience}; client_body_timeout ${patience}; keepalive_timeout ${patience}; lingering_timeout ${patience};`,
      ],
      ['proxy_read_timeout 75s;', `proxy_read_timeout 2s; ${fields}`],
      ...(isShared ? [] : ([['keepalive 64;', '']] as const)),
    ];
  }
  const fields = `http-request set-header ${CLIENT_PORT} %[src_port]\n  http-request set-header ${SIGNATURE} ${signature}`;
  return [
    ['timeout client 60s', `timeout client ${patience}`],
    ['timeout http-request 10s', `timeout http-request ${patience}`],
    ['timeout http-keep-alive 60s', `timeout http-keep-alive ${patience}`],
    ['timeout server 75s', 'timeout server 2s'],
    ['http-request set-header X-Scheme', `${fields}\n  http-request set-header X-Scheme`],
    ...(isShared ? [] : ([['http-reuse always', 'http-reuse never']] as const)),
  ];
}

/** A wire to a server: a connection on one side is a connection on the other, and what the client sends is kept. */
export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What came on each connection, a byte a character. */
  readonly sent: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server);
    server.on('connection', (client) => {
      wire.#join(client, connect(port, '127.0.0.1'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return wire;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #join(client: Socket, server: Socket): void {
    const index = this.sent.push('') - 1;
    client.on('data', (chunk: Buffer) => {
      this.sent[index] = `${this.sent[index] ?? ''}${chunk.toString('latin1')}`;
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => this.#sockets.delete(one));
      one.pipe(other);
    }
  }
}

/** What a client heard until its connection ended. */
export interface Heard {
  readonly port: number;
  readonly text: string;
}

/** Sends these bytes and hears what comes until the other side ends the connection, or until this holds of it. */
export async function say(
  port: number,
  bytes: string,
  isEnough: (text: string) => boolean = () => false,
): Promise<Heard> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const { localPort = 0 } = socket;
  let text = '';
  const done = new Promise((resolve) => {
    socket.on('error', resolve).on('end', resolve);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (isEnough(text)) resolve(null);
    });
  });
  socket.write(Buffer.from(bytes, 'latin1'));
  await done;
  socket.destroy();
  return { port: localPort, text };
}

/** Calls `work` with each, so many at a time; answers in their order. */
export async function crowd<Item, Result>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const one = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, one));
  return results;
}
