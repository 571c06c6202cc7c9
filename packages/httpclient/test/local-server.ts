// Real servers on the loopback interface, closed when the test is over.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** A server that runs. */
export interface LocalServer {
  readonly port: number;
  /** Connections so far, the open ones and the closed. */
  readonly sockets: readonly Socket[];
  /** Stops listening and cuts all connections. */
  stop(): Promise<void>;
}

/** A server that gets raw connections. */
export function rawServer(onConnection: (socket: Socket) => void): Promise<LocalServer> {
  return start(createServer({ noDelay: true }, onConnection), { port: 0, host: '127.0.0.1' });
}

/** A server of node:http. */
export function httpServer(onRequest: RequestListener, port = 0): Promise<LocalServer> {
  return start(createHttpServer(onRequest), { port, host: '127.0.0.1' });
}

/** A server of node:http on a unix socket. */
export function unixServer(onRequest: RequestListener, path: string): Promise<LocalServer> {
  return start(createHttpServer(onRequest), { path });
}

/** A TLS server that gives every request one short answer. */
export function tlsServer(options: TlsOptions): Promise<LocalServer> {
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret');
    });
  });
  server.on('tlsClientError', () => undefined);
  return start(server, { port: 0, host: '127.0.0.1' });
}

/** Settled when a connection is closed, in whichever way. */
export function closed(socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) =>
    socket.once('close', () => {
      resolve();
    }),
  );
}

async function start(
  server: Server,
  where: { port: number; host: string } | { path: string },
): Promise<LocalServer> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(stop);
  return { port: isTcp(address) ? address.port : 0, sockets, stop };
}

function isTcp(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
