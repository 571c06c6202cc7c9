// What connections know of their server. Must not know: how a connection is served (server-connection.ts).
import type { DetachedConnection, Drainable } from './drain.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { Overload } from './overload.ts';
import type { RequestLoad } from './request-load.ts';
import type { ConnectionWorker } from './connection-worker.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop, Protocol } from '@typhoon/ioloop';

/** A connection, as its server sees it: served, or on its way in. */
export interface Connection extends Protocol, Drainable {
  /** Closes at once what is not answered; resolves when the connection has ended. */
  shut(): Promise<void>;
}

/** All that a connection asks of its server. */
export interface ConnectionHost {
  readonly loop: IOLoop;
  readonly app: HTTPServerConnectionDelegate;
  readonly settings: ConnectionSettings;
  readonly load: RequestLoad;
  readonly overload: Overload;
  /** It has ended, or was given away. */
  connectionGone(connection: Connection, detached: DetachedConnection | null): void;
  /** Who reads what comes on a connection, and answers it. */
  lend(): ConnectionWorker;
  /** It is done, and may be lent again. */
  takeBack(worker: ConnectionWorker): void;
}
