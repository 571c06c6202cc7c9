// The server: listens, and gives every connection to a ServerConnection. Owns: options, listeners, who is connected.
// Must not know: the protocol (server-connection.ts, @typhoon/http1).
import { HandshakeLog, IOLoop } from '@typhoon/ioloop';
import {
  addAcceptHandler,
  bindSocket,
  bindUnixSocket,
  inheritedAddress,
  type BoundSocket,
} from '@typhoon/iostream';
import { Admission } from './admission.ts';
import { CallbackDelegate } from './callback-delegate.ts';
import { Connections, type ConnectionsOwner } from './connections.ts';
import { Drain } from './drain.ts';
import { forkProcesses, type ForkOptions } from './processes/fork-processes.ts';
import { addStopHook, processReady, taskId } from './processes/forked-child.ts';
import { listeningServers } from './processes/listening-servers.ts';
import { resolveSettings } from './server-options.ts';
import { ServerListener, type ServerListenOptions } from './server-listener.ts';
import { ServerTls } from './server-tls.ts';
import type { DrainOptions, DrainResult } from './drain.ts';
import type { RequestCallback } from './callback-delegate.ts';
import type { HTTPServerConnectionDelegate } from './http-connection.ts';
import type { ConnectionSettings, HTTPServerOptions } from './server-options.ts';
import type { ListenAddress, Listener, Protocol } from '@typhoon/ioloop';

/** How many processes serve, and how patient their parent is. */
export interface ServerStartOptions extends ForkOptions {
  /** 1: this one. Otherwise so many are made; 0 or null: one for each CPU. Default 1. */
  readonly numProcesses?: number | null;
  /**
   * How a process drains that is told to go. Default: idle connections have a second in which their next request is still answered,
   * and the deadline is nine tenths of `stopTimeoutMs`.
   */
  readonly drain?: DrainOptions;
}

interface Place {
  readonly address: ListenAddress;
  readonly options: ServerListenOptions;
}

/** Long enough for a client with something to say, short for who waits for a process to end. */
const TASK_DRAIN: DrainOptions = { graceMs: 1_000, deadlineMs: 27_000 };

/**
 * A non-blocking HTTP/1.1 server on the current loop: keep-alive, pipelining, streaming both ways.
 *
 * @param app A delegate, such as an Application of `@typhoon/web`, or a function that answers complete requests.
 * @throws ServerError `ERR_BAD_OPTION`
 */
export class HTTPServer {
  readonly #settings: ConnectionSettings;
  readonly #loop: IOLoop;
  readonly #listeners = new Set<Listener>();
  readonly #connections: Connections;
  #drain: Drain | null = null;
  readonly #sockets = new Set<BoundSocket>();
  readonly #places: Place[] = [];
  readonly #handshakeLog = new HandshakeLog();
  readonly #admitsHandshake = (underWay: number): boolean =>
    this.#connections.admitsHandshake(underWay);
  #url = '';

  constructor(
    app: HTTPServerConnectionDelegate | RequestCallback,
    options: HTTPServerOptions = {},
  ) {
    const delegate = typeof app === 'function' ? new CallbackDelegate(app) : app;
    this.#loop = IOLoop.current();
    this.#settings = resolveSettings(options);
    const owner: ConnectionsOwner = {
      connectionGone: (connection, detached) => {
        if (detached !== null) this.#drain?.tellDetached(detached);
        this.#drain?.connectionGone(connection);
      },
      setAccepting: (isOn) => {
        for (const listener of this.#listeners) listener.setAccepting?.(isOn);
        for (const { listener } of this.#sockets) listener?.setAccepting?.(isOn);
      },
    };
    this.#connections = new Connections(this.#loop, delegate, this.#settings, owner);
  }

  /**
   * Listens on a port (0 picks a free one) of every interface, on an address, or on a unix socket; what lies there of a server
   * that has ended is replaced. May be called several times.
   * Rejects with TransportError: `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_DENIED`, `ERR_ADDRESS_UNAVAILABLE`; with ServerError
   * `ERR_BAD_TLS`; with StreamError `ERR_NOT_A_SOCKET` when a file is in a unix socket's way.
   *
   * @param options.tls Serve HTTPS with these certificates; see node:tls.
   */
  async listen(
    address: number | ListenAddress,
    options: ServerListenOptions = {},
  ): Promise<ServerListener> {
    const where = typeof address === 'number' ? { port: address } : address;
    const { tls: tlsOptions, ...how } = options;
    const tls =
      tlsOptions === undefined ? null : new ServerTls(tlsOptions, this.#settings.headerTimeoutMs);
    // What comes before a handshake that the poller makes, nobody else sees: neither a PROXY header, nor how a file got there.
    const isPollersTls = tls !== null && this.#settings.proxies === null && !('path' in where);
    const pollersTls = isPollersTls
      ? { tls: tls.options, admitsHandshake: this.#admitsHandshake }
      : {};
    const listener = await this.#listenAt(
      where,
      { ...how, ...pollersTls },
      isPollersTls ? null : tls,
    );
    listeningServers.add(this);
    if (this.#url === '') this.#url = urlOf(listener, tls !== null);
    return new ServerListener(listener, tls, isPollersTls);
  }

  async #listenAt(
    where: ListenAddress,
    { mode, ...how }: ServerListenOptions,
    tls: ServerTls | null,
  ): Promise<Listener> {
    if ('path' in where) {
      const { backlog } = how;
      const socket = await bindUnixSocket(where.path, {
        ...(mode === undefined ? {} : { mode }),
        ...(backlog === undefined ? {} : { backlog }),
      });
      this.#serve(socket, tls);
      return socket;
    }
    const listener = await this.#loop.poller.listen(where, how, () => this.#admit(tls));
    this.#listeners.add(listener);
    return listener;
  }

  /** Remembers where to listen until `start` is called; may be called several times. Arguments as for `listen`. */
  bind(address: number | ListenAddress, options: ServerListenOptions = {}): void {
    this.#places.push({
      address: typeof address === 'number' ? { port: address } : address,
      options,
    });
  }

  /**
   * Listens where `bind` said: in this process, or in several that each run the same script (see `forkProcesses`). There it
   * resolves when it listens, and SIGTERM drains the server and ends the process; in their parent it never resolves.
   * Rejects as `listen` and `forkProcesses` do.
   */
  async start(options: ServerStartOptions = {}): Promise<void> {
    const { numProcesses = 1, drain, ...forkOptions } = options;
    const { stopTimeoutMs = 30_000 } = options;
    const places = this.#places.splice(0);
    if (numProcesses !== 1) {
      if (taskId() === null) await reserve(places);
      await forkProcesses(numProcesses, forkOptions);
    }
    for (const { address, options: how } of places) {
      await this.listen(inheritedAddress(address, how.ipv6Only) ?? address, how);
    }
    if (taskId() === null) return;
    this.#serveAsTask({ ...TASK_DRAIN, deadlineMs: 0.9 * stopTimeoutMs, ...drain });
  }

  /** Serves the connections of sockets that were bound before, in this process or in its parent. */
  addSockets(sockets: readonly BoundSocket[]): void {
    for (const socket of sockets) this.#serve(socket, null);
    if (taskId() !== null) this.#serveAsTask(TASK_DRAIN);
  }

  #serve(socket: BoundSocket, tls: ServerTls | null): void {
    this.#sockets.add(socket);
    addAcceptHandler(socket, (transport) => {
      const protocol = this.#admit(tls);
      transport.setProtocol(protocol);
      protocol.connectionMade(transport);
      transport.resumeReading();
    });
  }

  /** Accepts no more connections; those that exist go on (HSV-10). Twice is harmless. */
  stop(): void {
    this.#closeListeners(false);
  }

  /** Whoever comes between the last look and the close is reset: each is closed as soon as nobody waits there. */
  #closeListeners(isTakingWaiting: boolean): void {
    for (const listener of this.#listeners) {
      if (isTakingWaiting) listener.acceptWaiting?.();
      void listener.close();
    }
    this.#listeners.clear();
    for (const socket of this.#sockets) {
      if (isTakingWaiting) socket.listener?.acceptWaiting?.();
      void socket.close();
    }
    this.#sockets.clear();
    listeningServers.delete(this);
  }

  /**
   * Ends without losing a request: accepts no more, closes idle connections, lets what runs be answered with
   * `Connection: close`. Resolves when all is sent and every connection closed, at the latest at the deadline: then what still
   * runs is given up, logged and reported. Calling it again can make it end sooner, and changes nothing else.
   */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    this.#connections.isDraining = true;
    this.#drain ??= new Drain(this.#loop, {
      connections: this.#connections.all,
      detached: this.#connections.detached.all,
      load: this.#connections.load,
      stopListening: () => {
        this.#closeListeners(true);
      },
    });
    this.#drain.hasten(options);
    return this.#drain.result;
  }

  /** Closes every connection, dropping what is unanswered; resolves when all have ended (HSV-10). */
  async closeAllConnections(): Promise<void> {
    // A copy: one that rests is replaced as it is closed.
    await Promise.all([...this.#connections.all].map((connection) => connection.shut()));
  }

  /** Where the first listener listens, as a URL without a path; empty before `listen`. */
  get url(): string {
    return this.#url;
  }

  /** How many clients are connected, those that are being refused and those whose connection was detached left out. */
  get connectionCount(): number {
    return this.#connections.count;
  }

  #serveAsTask(drain: DrainOptions): void {
    addStopHook(async () => {
      await this.drain(drain);
    });
    processReady();
  }

  /** How many requests are being read or answered. */
  get requestsInProgress(): number {
    return this.#connections.load.inProgress;
  }

  /** How many connections were refused since there were `maxConnections`; never less than before. */
  get connectionsRefused(): number {
    return this.#connections.overload.connections;
  }

  /** How many requests were refused since there were `maxRequestsInProgress`; never less than before. */
  get requestsRefused(): number {
    return this.#connections.overload.requests;
  }

  /** Who listens to a new connection: whoever serves it, unless something comes before HTTP. */
  #admit(tls: ServerTls | null): Protocol {
    const { proxies, headerTimeoutMs } = this.#settings;
    if (this.#connections.isFull) return this.#connections.refuse(tls !== null);
    if (proxies === null && tls === null) return this.#connections.accept(null);
    const admission = new Admission({
      loop: this.#loop,
      proxies,
      tls,
      handshakeLog: this.#handshakeLog,
      timeoutMs: headerTimeoutMs,
      makeConnection: (header) => this.#connections.accept(header),
      onEnd: () => {
        this.#connections.connectionGone(admission, null);
      },
    });
    this.#connections.all.add(admission);
    return admission;
  }
}

/** Binds for the processes to come; they serve, each with its own certificates. */
async function reserve(places: readonly Place[]): Promise<void> {
  for (const { address, options } of places) {
    const { backlog, reusePort, ipv6Only, mode } = options;
    const queue = backlog === undefined ? {} : { backlog };
    if ('path' in address) {
      await bindUnixSocket(address.path, { ...queue, ...(mode === undefined ? {} : { mode }) });
      continue;
    }
    await bindSocket(address, {
      ...queue,
      ...(reusePort === undefined ? {} : { reusePort }),
      ...(ipv6Only === undefined ? {} : { ipv6Only }),
    });
  }
}

function urlOf({ address }: Listener, isTls: boolean): string {
  if (address.path !== '') return `unix:${address.path}`;
  const isEveryInterface =
    address.host === '' || address.host === '::' || address.host === '0.0.0.0';
  const host = isEveryInterface ? '127.0.0.1' : address.host;
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
