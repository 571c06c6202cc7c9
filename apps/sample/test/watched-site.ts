// Sites to be watched, on this machine: one for each way a site can behave.
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** A local site that can be killed. */
export class WatchedSite {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** A site that answers as `listener` does. */
  static http(listener: RequestListener): Promise<WatchedSite> {
    return WatchedSite.#listen(createHttpServer(listener));
  }

  /** A site that does with a connection whatever it likes. */
  static tcp(onConnection: (socket: Socket) => void): Promise<WatchedSite> {
    return WatchedSite.#listen(createServer(onConnection));
  }

  static async #listen(server: Server): Promise<WatchedSite> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    return new WatchedSite(server, `http://127.0.0.1:${address.port}/`);
  }

  /** Is gone at once, connections and all. */
  kill(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
