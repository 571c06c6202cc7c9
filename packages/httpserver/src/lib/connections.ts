// Who is connected to a server. Owns: the set of connections, which object stands for each. Must not know: listeners, HTTP.
import { RestingConnection } from './resting-connection.ts';
import { ServerConnection } from './server-connection.ts';
import { RequestLoad } from './request-load.ts';
import type { Connection, ConnectionHost, Rested } from './connection-host.ts';
import type { SocketContext } from './context.ts';
import type { DetachedConnection } from './drain.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop } from '@typhoon/ioloop';

/** Makes connections, and keeps them. */
export class Connections implements ConnectionHost {
  readonly all: Set<Connection>;
  readonly load: RequestLoad = new RequestLoad();
  readonly loop: IOLoop;
  readonly app: HTTPServerConnectionDelegate;
  readonly settings: ConnectionSettings;
  /** Whether new ones are told that the server drains. */
  isDraining = false;
  readonly #onGone: (connection: Connection, detached: DetachedConnection | null) => void;

  constructor(
    loop: IOLoop,
    app: HTTPServerConnectionDelegate,
    settings: ConnectionSettings,
    onGone: (connection: Connection, detached: DetachedConnection | null) => void,
  ) {
    this.all = new Set();
    this.loop = loop;
    this.app = app;
    this.settings = settings;
    this.#onGone = onGone;
  }

  /** Who serves a connection that is there now, or will be. */
  accept(proxyHeader: ProxyHeader | null): Connection {
    const connection = new ServerConnection(this, proxyHeader);
    connection.isDraining = this.isDraining;
    this.all.add(connection);
    return connection;
  }

  connectionGone(connection: Connection, detached: DetachedConnection | null): void {
    this.all.delete(connection);
    this.#onGone(connection, detached);
  }

  rest(connection: Connection, context: SocketContext, endMs: number): boolean {
    const { phase, sinceMs, transport } = connection;
    if ((phase !== 'idle' && phase !== 'fresh') || this.isDraining || transport.isClosing)
      return false;
    const resting = new RestingConnection(this, context, phase, sinceMs, endMs);
    this.all.delete(connection);
    this.all.add(resting);
    transport.setProtocol(resting);
    return true;
  }

  wake(resting: Connection & Rested): Connection {
    const { transport, proxyHeader } = resting.context;
    const connection = new ServerConnection(this, proxyHeader);
    this.all.delete(resting);
    this.all.add(connection);
    transport.setProtocol(connection);
    connection.goOnFrom(resting);
    return connection;
  }
}
