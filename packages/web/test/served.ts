// Applications on a real port, and clients that may send any bytes.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import './quiet.ts';
import { Application, type ApplicationListenOptions } from '../src/index.ts';
import type { HTTPServer } from '@typhoon/httpserver';
import type { ApplicationSettings, RouteList } from '../src/index.ts';

const servers: HTTPServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.stop();
    await server.closeAllConnections();
  }
});

/** Serves an application until the test has ended. */
export async function listen(
  routes: RouteList,
  settings?: ApplicationSettings,
  options?: ApplicationListenOptions,
): Promise<HTTPServer> {
  const application = new Application(routes, settings);
  const server = await application.listen(0, { address: '127.0.0.1', ...options });
  servers.push(server);
  return server;
}

/** The same; its address. */
export async function serve(routes: RouteList, settings?: ApplicationSettings): Promise<string> {
  return (await listen(routes, settings)).url;
}

/** A connection of one's own. */
export async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the server closes. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
