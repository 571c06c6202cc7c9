// What connections know of their server. Must not know: what serves a connection (server-connection.ts).
import type { SocketContext } from './context.ts';
import type { DetachedConnection, Drainable } from './drain.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { Overload } from './overload.ts';
import type { RequestLoad } from './request-load.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop, Protocol } from '@typhoon/ioloop';

/** A connection, as its server sees it: busy, resting, or on its way in. */
export interface Connection extends Protocol, Drainable {
  /** Closes at once what is not answered; resolves when the connection has ended. */
  shut(): Promise<void>;
}

/** What is left of a connection that rests. */
export interface Rested {
  readonly context: SocketContext;
  /** As of `Drainable`. */
  readonly sinceMs: number;
  readonly isDraining: boolean;
  /** `fresh` if there was no request yet. */
  readonly phase: 'fresh' | 'idle';
  /** When its next head must have come, on `IOLoop.time()`. */
  readonly deadlineMs: number;
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
  /** Nothing has happened on it for a while, and a head must come by `endMs`: whether a smaller object has taken over. */
  rest(connection: Connection, context: SocketContext, endMs: number): boolean;
  /** Makes who serves what comes on a connection that rested. */
  wake(resting: Connection & Rested): Connection;
}
