// The portable poller: node:net and node:tls behind the contract of poller.ts. TLS always comes from here.
// Owns: listening and connecting. Must not know: what runs over the connections.
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { genLog } from '@typhoon/log';
import { HandshakeLog } from './handshake-log.ts';
import { listenError, listeningOn } from './listen-address.ts';
import { NetTransport } from './net-transport.ts';
import { TlsHandshakes } from './tls-handshakes.ts';
import { TransportError } from './transport-error.ts';
import type { Server, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type {
  Address,
  ConnectAddress,
  ConnectAttempt,
  ConnectOptions,
  ListenAddress,
  Listener,
  ListenOptions,
  Poller,
  PollerHost,
  Protocol,
} from './poller.ts';
import type { UnixPaths } from './net-transport.ts';

/** Tornado's 128 is small for today's kernels; Node.js's own default. */
const DEFAULT_BACKLOG = 511;

/** The portable poller. Watches no raw descriptors: Node.js has no public way to. */
export class NetPoller implements Poller {
  readonly name: string = 'net';
  readonly #host: PollerHost;
  /** All that somebody listens to. */
  readonly #sockets = new Set<Socket>();
  /** What TLS connections were accepted over; some of them are not there yet. */
  readonly #handshakes = new Set<Socket>();
  readonly #handshakeLog = new HandshakeLog();
  readonly #listeners = new Set<Listener>();
  #isClosed = false;

  constructor(host: PollerHost) {
    this.#host = host;
  }

  async listen(
    address: ListenAddress,
    options: ListenOptions,
    protocolFactory: () => Protocol,
  ): Promise<Listener> {
    const paths = { local: 'path' in address ? address.path : '', remote: '' };
    const accept = (socket: Socket): void => {
      this.#accept(socket, protocolFactory, paths);
    };
    const handshakes = this.#handshakesOf(address, options, accept);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (handshakes === null) accept(socket);
      else if (options.admitsHandshake?.(handshakes.underWay) === false) socket.destroy();
      else handshakes.begin(socket);
    });
    await bind(server, address, options);
    if (this.#isClosed) {
      server.close();
      throw pollerClosed();
    }
    const listener = new NetListener(server, handshakes, () => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    return listener;
  }

  connect(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): ConnectAttempt {
    if (this.#isClosed) return this.#failLater(protocol, pollerClosed());
    let socket: Socket;
    try {
      socket = open(address, options);
    } catch (error) {
      return this.#failLater(protocol, TransportError.from(error, connecting(address)));
    }
    this.#track(socket);
    let failure: TransportError | null = null;
    let isPending = true;
    const onError = (error: Error): void => {
      failure ??= TransportError.from(error, connecting(address));
    };
    const onClose = (): void => {
      isPending = false;
      this.#lose(protocol, failure);
    };
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.once(options.tls === undefined ? 'connect' : 'secureConnect', () => {
      if (socket.destroyed) return;
      isPending = false;
      socket.off('error', onError);
      socket.off('close', onClose);
      const paths = { local: '', remote: 'path' in address ? address.path : '' };
      new NetTransport(this.#host, socket, protocol, paths).begin();
    });
    const abort = (): void => {
      if (!isPending) return;
      const message = `${connecting(address)}: given up`;
      failure ??= new TransportError('ERR_CONNECTION_ABORTED', message);
      socket.destroy();
    };
    return { abort };
  }

  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners) void listener.close();
    for (const socket of this.#sockets) socket.destroy(pollerClosed());
    for (const socket of this.#handshakes) socket.destroy();
  }

  #handshakesOf(
    address: ListenAddress,
    { tls }: ListenOptions,
    accept: (socket: Socket) => void,
  ): TlsHandshakes | null {
    if (tls === undefined) return null;
    try {
      return new TlsHandshakes(tls, {
        began: (socket) => {
          this.#handshakes.add(socket);
          socket.on('close', () => this.#handshakes.delete(socket));
        },
        accept,
        failed: (reason) => {
          if (!this.#isClosed) this.#handshakeLog.failed(reason);
        },
      });
    } catch (error) {
      throw TransportError.from(error, listeningOn(address));
    }
  }

  #accept(socket: Socket, protocolFactory: () => Protocol, paths: UnixPaths): void {
    this.#host.enter();
    try {
      const protocol = protocolFactory();
      this.#track(socket);
      new NetTransport(this.#host, socket, protocol, paths).begin();
    } catch (error) {
      socket.destroy();
      this.#host.handleCallbackException(protocolFactory, error);
    } finally {
      this.#host.exit();
    }
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #failLater(protocol: Protocol, error: TransportError): ConnectAttempt {
    setImmediate(() => {
      this.#lose(protocol, error);
    });
    return { abort: () => undefined };
  }

  #lose(protocol: Protocol, error: TransportError | null): void {
    this.#host.enter();
    try {
      const closed = new TransportError('ERR_CONNECTION_RESET', 'closed before it was made');
      protocol.connectionLost(error ?? closed);
    } catch (reason) {
      this.#host.handleCallbackException('connectionLost', reason);
    } finally {
      this.#host.exit();
    }
  }
}

function pollerClosed(): TransportError {
  return new TransportError('ERR_CONNECTION_ABORTED', 'the poller was closed');
}

class NetListener implements Listener {
  readonly address: Address;
  readonly #server: Server;
  readonly #handshakes: TlsHandshakes | null;
  readonly #onClose: () => void;
  #closed: Promise<void> | null = null;

  constructor(server: Server, handshakes: TlsHandshakes | null, onClose: () => void) {
    this.#server = server;
    this.#handshakes = handshakes;
    this.address = addressOf(server);
    this.#onClose = onClose;
  }

  setTls(options: SecureContextOptions): void {
    if (this.#handshakes === null)
      throw new TransportError('ERR_UNSUPPORTED', 'a listener without TLS has no certificates');
    this.#handshakes.setSecureContext(options);
  }

  /** `Server.close` calls back when the last connection has ended; accepting is over at once, and that is what counts. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#onClose();
      this.#server.close();
      setImmediate(resolve);
    });
    return this.#closed;
  }
}

async function bind(server: Server, address: ListenAddress, options: ListenOptions): Promise<void> {
  const doing = listeningOn(address);
  if (options.reusePort === true && !canReusePort()) {
    const message = `${doing}: reusePort needs Node.js 22.12, this is ${process.version}`;
    throw new TransportError('ERR_UNSUPPORTED', message);
  }
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(listenError(error, address));
    };
    server.once('error', fail);
    try {
      server.listen(
        {
          ...targetOf(address),
          backlog: options.backlog ?? DEFAULT_BACKLOG,
          ipv6Only: options.ipv6Only ?? false,
          ...(options.reusePort === true ? { reusePort: true } : {}),
        },
        () => {
          server.off('error', fail);
          // After that, an error of the listener (no descriptor left, for one) must not end the process.
          server.on('error', (error) => {
            genLog.error('%s: accepting failed: %s', doing, error.message);
          });
          resolve();
        },
      );
    } catch (error) {
      fail(error);
    }
  });
}

function targetOf(address: ListenAddress): ListenAddress {
  if ('path' in address || 'fd' in address) return address;
  const { host = '', port } = address;
  return host === '' ? { port } : { host, port };
}

function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function addressOf(server: Server): Address {
  const address = server.address();
  if (address === null) return { host: '', port: 0, path: '' };
  if (typeof address === 'string') return { host: '', port: 0, path: address };
  return { host: address.address, port: address.port, path: '' };
}

function open(address: ConnectAddress, options: ConnectOptions): Socket {
  const target =
    'path' in address ? { path: address.path } : { host: address.host, port: address.port };
  const common = {
    ...target,
    allowHalfOpen: true,
    noDelay: true,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
    ...(options.localPort === undefined ? {} : { localPort: options.localPort }),
    ...(options.family === undefined ? {} : { family: options.family }),
  };
  return options.tls === undefined ? connectTcp(common) : connectTls({ ...common, ...options.tls });
}

function connecting(address: ConnectAddress): string {
  return 'path' in address
    ? `connecting to ${address.path}`
    : `connecting to ${address.host}:${address.port}`;
}
