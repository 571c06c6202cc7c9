// TLS over a connection that exists: STARTTLS, and servers that want a stream before its handshake. Works on the transports
// of every poller: a socket of node:net is taken over as it is, any other transport is lent to node:tls as a stream.
// Owns: the handshake. Must not know: what runs over the connection.
import { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import { connect, createServer, Server, TLSSocket } from 'node:tls';
import { NetTransport } from './net-transport.ts';
import { TransportDuplex } from './transport-duplex.ts';
import { TransportError } from './transport-error.ts';
import type { TlsOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import type {
  ConnectAttempt,
  ConnectTlsOptions,
  PollerHost,
  Protocol,
  Transport,
} from './poller.ts';

/** Which side of the handshake is ours, and how it is made. */
export type StartTlsOptions =
  | {
      /** We are the server; one object for all connections has its certificates read once. See node:tls. */
      readonly server: TlsOptions;
    }
  | {
      /** We are the client. Without `servername`, the certificate must bear the address we are connected to. */
      readonly client: ConnectTlsOptions;
    };

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 120_000;

/**
 * Encrypts an open connection. `transport` belongs to this from here on: what was written to it is sent first, its
 * protocol hears nothing any more. `protocol` hears `connectionMade` with the encrypted transport when the handshake is
 * done, or `connectionLost` alone: TransportError `ERR_TLS`, or `ERR_CONNECTION_RESET` when the peer left.
 *
 * @param host The loop of the transport.
 */
export function startTls(
  host: PollerHost,
  transport: Transport,
  options: StartTlsOptions,
  protocol: Protocol,
): ConnectAttempt {
  const handshake = new Handshake(host, transport, protocol);
  handshake.start(options);
  return handshake;
}

class Handshake implements ConnectAttempt {
  readonly #host: PollerHost;
  readonly #below: Transport;
  readonly #protocol: Protocol;
  readonly #raw: Duplex;
  #failure: TransportError | null = null;
  #isOver = false;

  constructor(host: PollerHost, below: Transport, protocol: Protocol) {
    this.#host = host;
    this.#below = below;
    this.#protocol = protocol;
    this.#raw = below instanceof NetTransport ? below.detach() : new TransportDuplex(host, below);
    this.#raw.allowHalfOpen = false; // until the handshake is done: who ends it early has left
    this.#raw.on('error', this.#fail);
    // A socket over this one says more, but is not always asked.
    this.#raw.on('close', () => setImmediate(this.#lose));
  }

  start(options: StartTlsOptions): void {
    try {
      if ('client' in options) this.#connect(options.client);
      else this.#accept(options.server);
    } catch (error) {
      this.#fail(error);
      this.#raw.destroy();
    }
  }

  abort(): void {
    if (this.#isOver) return;
    this.#fail(new TransportError('ERR_CONNECTION_ABORTED', 'the TLS handshake was given up'));
    this.#raw.destroy();
  }

  #connect({ servername, ...options }: ConnectTlsOptions): void {
    const name = servername ?? this.#below.remoteAddress.host;
    // RFC 6066 §3: an address is no server name; it is compared with the certificate all the same.
    const named = isIP(name) > 0 ? { host: name } : { servername: name };
    const socket = connect({ ...options, ...named, socket: this.#raw });
    socket.on('error', this.#fail);
    socket.once('secureConnect', () => {
      this.#finish(socket);
    });
    socket.once('close', this.#lose);
  }

  #accept(options: TlsOptions): void {
    const timer = setTimeout(() => {
      this.#fail(new TransportError('ERR_TLS', 'the TLS handshake took too long'));
      this.#raw.destroy();
    }, options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT_MS).unref();
    accept(serverOf(options), this.#raw, (socket, error) => {
      clearTimeout(timer);
      if (error === null) {
        this.#finish(socket);
        return;
      }
      this.#fail(error);
      socket.destroy();
    });
    this.#raw.once('close', () => {
      clearTimeout(timer);
    });
  }

  readonly #fail = (error: unknown): void => {
    this.#failure ??= TransportError.from(error, 'TLS handshake');
  };

  #finish(socket: TLSSocket): void {
    if (this.#isOver || socket.destroyed) return;
    this.#isOver = true;
    socket.off('error', this.#fail);
    socket.off('close', this.#lose);
    socket.allowHalfOpen = true;
    this.#raw.allowHalfOpen = true;
    const paths = { local: '', remote: '' };
    new NetTransport(this.#host, socket, this.#protocol, paths, this.#below).begin();
  }

  readonly #lose = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    const left = new TransportError('ERR_CONNECTION_RESET', 'closed during the TLS handshake');
    this.#host.enter();
    try {
      this.#protocol.connectionLost(this.#failure ?? left);
    } catch (reason) {
      this.#host.handleCallbackException('connectionLost', reason);
    } finally {
      this.#host.exit();
    }
  };
}

type Accepted = (socket: TLSSocket, error: Error | null) => void;

/**
 * A server of node:tls that never listens: it is given connections, since it alone knows how to check clients, names and
 * tickets. It says of no socket which connection that is over; so each connection is given to a view of the server, and
 * what the server would emit comes out there.
 */
function accept(server: Server, raw: Duplex, accepted: Accepted): void {
  const view = Object.create(server) as Server;
  view.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    const [first, second] = args;
    if (event === 'secureConnection' && first instanceof TLSSocket) accepted(first, null);
    else if (event === 'tlsClientError' && first instanceof Error && second instanceof TLSSocket)
      accepted(second, refusalOf(second) ?? first);
    else return server.emit(event, ...args);
    return true;
  };
  EventEmitter.prototype.emit.call(view, 'connection', raw);
}

/** The client's certificate was not good enough: the socket was just closed, as if the client had left. */
function refusalOf(socket: TLSSocket): Error | null {
  const reason: unknown = socket.authorizationError; // null, or a code, whatever the types say
  if (reason === null || reason === undefined) return null;
  return new TransportError(
    'ERR_TLS',
    `TLS handshake: ${typeof reason === 'string' ? reason : 'not authorized'}`,
  );
}

const servers = new WeakMap<TlsOptions, Server>();

function serverOf(options: TlsOptions): Server {
  let server = servers.get(options);
  if (server === undefined) {
    server = createServer(options);
    servers.set(options, server);
  }
  return server;
}
