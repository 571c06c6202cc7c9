// How a connection comes about: whose names, which addresses, through whom. Owns: trying the addresses of a resolver.
// Must not know: what the connection is for.
import { isIP } from 'node:net';
import { CancelledError, Future } from '@typhoon/concurrent';
import { TransportError } from '@typhoon/ioloop';
import { Connector } from '@typhoon/iostream';
import { Tunnel } from './tunnel.ts';
import type { ConnectAttempt, ConnectOptions, IOLoop, Protocol, Transport } from '@typhoon/ioloop';
import type { Closable, ConnectorAttempt, ResolvedAddress, Resolver } from '@typhoon/iostream';
import type { Route } from './route.ts';
import type { TunnelOwner } from './tunnel.ts';

/** Begins to connect; `protocol` hears `connectionMade`, or `connectionLost`, or that a proxy refuses. */
export function dial(
  loop: IOLoop,
  resolver: Resolver | null,
  route: Route,
  protocol: TunnelOwner,
): ConnectAttempt {
  const connect = (to: Protocol): ConnectAttempt => {
    const { address, options } = route;
    // A resolver is asked for addresses, too (NET-10): it may have other ones for them, or refuse them.
    if (resolver === null || 'path' in address) return loop.poller.connect(address, options, to);
    return new ResolvedDial(loop, options, to).start(resolver, address.host, address.port);
  };
  if (route.tunnel === null) return connect(protocol);
  return new Tunnel(loop, route.tunnel, protocol).open(connect);
}

/** Asks a resolver, and tries what it says, two families at once (RFC 8305). */
class ResolvedDial implements ConnectAttempt {
  readonly #loop: IOLoop;
  readonly #options: ConnectOptions;
  readonly #protocol: Protocol;
  #step: Future<unknown> | null = null;
  #isOver = false;

  constructor(loop: IOLoop, options: ConnectOptions, protocol: Protocol) {
    this.#loop = loop;
    this.#options = options;
    this.#protocol = protocol;
  }

  start(resolver: Resolver, host: string, port: number): this {
    const { family = 0 } = this.#options;
    const resolved = resolver.resolve(host, port, family);
    this.#step = resolved;
    resolved.addDoneCallback((done) => {
      if (this.#isOver) return;
      const addresses = this.#resultOf(done);
      if (addresses === null) return;
      const attempts = new Connector(addresses, (address) => this.#attempt(address, host));
      const connected = attempts.start();
      this.#step = connected;
      connected.addDoneCallback((end) => {
        const lane = this.#isOver ? null : this.#resultOf(end);
        if (lane !== null) this.#isOver = lane.handOver(this.#protocol);
      });
    });
    return this;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#step?.cancel();
  }

  #attempt(address: ResolvedAddress, host: string): ConnectorAttempt<Lane> {
    const lane = new Lane();
    const { tls } = this.#options;
    // The name in the URL is what the certificate must bear, not the address. RFC 6066 §3: an IP address is no server name.
    const named =
      tls === undefined || isIP(host) !== 0 ? {} : { tls: { servername: host, ...tls } };
    lane.open((protocol) =>
      this.#loop.poller.connect(
        { host: address.host, port: address.port },
        { ...this.#options, ...named, family: address.family },
        protocol,
      ),
    );
    return { stream: lane, connected: lane.connected };
  }

  /** What a step came to; null when it failed, which is told. */
  #resultOf<T>(done: Future<T>): T | null {
    try {
      return done.result();
    } catch (error) {
      this.#isOver = true;
      if (!(error instanceof CancelledError))
        this.#protocol.connectionLost(TransportError.from(error, 'connecting'));
      return null;
    }
  }
}

/** One address, until it is known whether it wins. */
class Lane implements Protocol, Closable {
  readonly connected: Future<Lane> = new Future<Lane>();
  #attempt: ConnectAttempt | null = null;
  #transport: Transport | null = null;

  open(connect: (protocol: Protocol) => ConnectAttempt): void {
    this.#attempt = connect(this);
  }

  close(): void {
    this.#attempt?.abort();
    this.#transport?.abort();
  }

  /** The protocol has the connection from here on. Answers true. */
  handOver(protocol: Protocol): true {
    const transport = this.#transport;
    if (transport === null || transport.isClosing) {
      const message = 'connecting: closed as soon as it was made';
      protocol.connectionLost(new TransportError('ERR_CONNECTION_RESET', message));
    } else {
      transport.setProtocol(protocol);
      protocol.connectionMade(transport);
    }
    return true;
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.connected.setResult(this);
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#transport?.unread(Buffer.from(buffer.subarray(start, end)));
  }

  connectionLost(error: TransportError | null): void {
    if (this.connected.done()) return;
    const early = new TransportError('ERR_CONNECTION_RESET', 'connecting: closed');
    this.connected.setException(error ?? early);
  }
}
