// Who is connected to a server. Owns: the set of connections, who works on them, how many there may be.
// Must not know: listeners, HTTP.
//
//   up to the limit             served
//   beyond it                   accepted, answered 503 and closed, so many at a time; they do not count
//   beyond that                 left in the kernel's queue, where the poller can (epoll), until one of those is gone or there
//                               is room; a batch that was accepted by then is still answered
//   elsewhere, and before TLS   closed at once: without a handshake nothing could be said
//   in a handshake of TLS       as if they were connected, and as many as may be refused at a time
import { ClientConnection } from './client-connection.ts';
import { DetachedConnections } from './detached-connections.ts';
import { Overload } from './overload.ts';
import { RefusedConnection, TURNED_AWAY } from './refused-connection.ts';
import { RequestLoad } from './request-load.ts';
import { ServerConnection } from './server-connection.ts';
import type { Connection, ConnectionHost } from './connection-host.ts';
import type { ConnectionWorker } from './connection-worker.ts';
import type { DetachedConnection } from './drain.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { IOLoop, Protocol } from '@typhoon/ioloop';

/** So many connections are being refused at a time before the others have to wait. */
const REFUSED_MAX = 256;
/** So many where nobody can be made to wait; some batches of accepted connections. */
const REFUSED_MOST = 1024;

/** Who hears of the connections. */
export interface ConnectionsOwner {
  /** One has ended, or was given away. */
  connectionGone(connection: Connection, detached: DetachedConnection | null): void;
  /** Whether connections to come should be accepted. */
  setAccepting(isOn: boolean): void;
}

/** More than that many at work at once are a burst, whose memory is given back. */
const MOST_SPARE = 1024;

/** Makes connections, and keeps them. */
export class Connections implements ConnectionHost {
  /** Those that are refused included. */
  readonly all: Set<Connection>;
  readonly detached: DetachedConnections = new DetachedConnections();
  readonly load: RequestLoad;
  readonly overload: Overload;
  readonly loop: IOLoop;
  readonly app: HTTPServerConnectionDelegate;
  readonly settings: ConnectionSettings;
  /** Whether new ones are told that the server drains. */
  isDraining = false;
  readonly #owner: ConnectionsOwner;
  /** How many of all are being refused. */
  #refused = 0;
  #isAccepting = true;
  /** Nobody's worker. */
  readonly #spare: ConnectionWorker[] = [];

  constructor(
    loop: IOLoop,
    app: HTTPServerConnectionDelegate,
    settings: ConnectionSettings,
    owner: ConnectionsOwner,
  ) {
    this.all = new Set();
    this.load = new RequestLoad(settings.maxRequestsInProgress);
    this.overload = new Overload(loop, settings.retryAfterMs);
    this.loop = loop;
    this.app = app;
    this.settings = settings;
    this.#owner = owner;
  }

  /** How many are served, or on their way in. */
  get count(): number {
    return this.all.size - this.#refused;
  }

  /** Whether no further one may be served. */
  get isFull(): boolean {
    const { maxConnections } = this.settings;
    // Those that were given away are counted only when it matters.
    if (maxConnections === Infinity || this.all.size + this.detached.all.size < maxConnections)
      return false;
    return this.count + this.detached.openCount(this.loop.eventTime) >= maxConnections;
  }

  /** Who serves a connection that is there now, or will be. */
  accept(proxyHeader: ProxyHeader | null): Connection {
    return this.#add(new ClientConnection(this, proxyHeader));
  }

  /** Who answers a connection beyond the limit; nobody, if the client awaits a TLS handshake. */
  refuse(isBeforeTls: boolean): Protocol {
    this.overload.refusedConnection();
    if (isBeforeTls || this.#refused >= REFUSED_MOST) return TURNED_AWAY;
    this.#refused++;
    this.#setAccepting(this.#refused < REFUSED_MAX);
    return this.#add(new RefusedConnection(this));
  }

  /**
   * Whether a TLS handshake may begin, with so many of the same listener under way: each of them is a connection that is still to be
   * counted, and that may have to be refused then.
   */
  admitsHandshake(underWay: number): boolean {
    const { maxConnections } = this.settings;
    if (maxConnections === Infinity || this.all.size + underWay < maxConnections) return true;
    if (underWay + this.#refused < REFUSED_MAX) return true;
    this.overload.refusedConnection();
    return false;
  }

  connectionGone(connection: Connection, detached: DetachedConnection | null): void {
    this.all.delete(connection);
    if (connection instanceof RefusedConnection) this.#refused--;
    if (!this.#isAccepting) this.#setAccepting(this.#refused < REFUSED_MAX || !this.isFull);
    if (detached !== null) this.detached.add(detached);
    this.#owner.connectionGone(connection, detached);
  }

  lend(): ConnectionWorker {
    return this.#spare.pop() ?? new ServerConnection(this);
  }

  takeBack(worker: ConnectionWorker): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(worker);
  }

  #add(connection: Connection): Connection {
    connection.isDraining = this.isDraining;
    this.all.add(connection);
    return connection;
  }

  #setAccepting(isOn: boolean): void {
    if (isOn === this.#isAccepting) return;
    this.#isAccepting = isOn;
    this.#owner.setAccepting(isOn);
  }
}
