// The contract between the loop and whatever moves bytes: Poller, Transport, Protocol, in asyncio's words.
// Two pollers implement it (`net` here, `epoll` in its own package), a third in memory serves tests; all pass
// `testPoller` of `@typhoon/ioloop/testing`. What a protocol may rely on:
//
// - `connectionMade` comes first, once; `connectionLost` comes last, exactly once, and never from inside a call that the
//   protocol itself made on its transport. An attempt to connect that fails gives `connectionLost` alone.
// - The bytes given to `dataReceived` are borrowed: they are valid until it returns. Who keeps them copies them.
// - The bytes given to `write` belong to the transport from then on: the caller does not change them any more.
// - What is written during one event goes out together when the loop's ready queue is empty.
// - A protocol that throws loses its own connection, and harms no other.
import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { TransportError } from './transport-error.ts';

/** Who listens to a transport. */
export interface Protocol {
  /** The connection is there; `transport` is how to talk. */
  connectionMade(transport: Transport): void;
  /**
   * Bytes `start` (inclusive) to `end` (exclusive) of `buffer` have come. They are borrowed: valid until this returns.
   */
  dataReceived(buffer: Buffer, start: number, end: number): void;
  /** The peer will send no more. `true` keeps our half open for writing; anything else closes it once flushed. */
  eofReceived?(): boolean | undefined;
  /** More than the high water mark is buffered: stop writing. */
  pauseWriting?(): void;
  /** The buffer is down at the low water mark: go on writing. */
  resumeWriting?(): void;
  /** The end: `null` after an orderly close, the reason otherwise. */
  connectionLost(error: TransportError | null): void;
}

/** One end of a connection. */
export interface Address {
  /** IP address; empty for a unix socket. */
  readonly host: string;
  /** Port; 0 for a unix socket. */
  readonly port: number;
  /** Path of a unix socket; empty when it has none or is not one. */
  readonly path: string;
}

/** What is known of a connection's encryption. */
export interface TlsInfo {
  /** Whether the peer's certificate was checked and found good. */
  readonly isAuthorized: boolean;
  /** Protocol chosen by ALPN, or null. */
  readonly alpnProtocol: string | null;
  /** The name the client asked for (SNI), or null. */
  readonly serverName: string | null;
  /** The peer's certificate, or null when it sent none. */
  peerCertificate(): ReturnType<TLSSocket['getPeerCertificate']> | null;
}

/** One connected byte stream. */
export interface Transport {
  /**
   * Sends bytes; a string is sent as UTF-8. The bytes are the transport's from here on.
   * @throws TransportError `ERR_TRANSPORT_CLOSED` after `end`, `close` or `abort`, or when the connection is lost.
   */
  write(data: Uint8Array | string): void;
  /** Sends text of which every character is one byte (U+0000 to U+00FF). Errors as for `write`. */
  writeLatin1(text: string): void;
  /** No more `dataReceived` until `resumeReading`. Doing it twice is harmless. */
  pauseReading(): void;
  /** Reads again. */
  resumeReading(): void;
  /**
   * Gives bytes back that came: they come again, before all others, to whoever listens then, and not from inside this call.
   * The bytes are the transport's from here on.
   */
  unread(bytes: Buffer): void;
  /** Half-close: what is buffered is sent, then our side of the stream ends; reading goes on. */
  end(): void;
  /** Sends what is buffered, then closes. Doing it twice is harmless. */
  close(): void;
  /** Closes at once, dropping what is buffered; `error` is what `connectionLost` gets. */
  abort(error?: TransportError): void;
  /** From now on `protocol` listens; the old one hears nothing any more (upgrade, detach). */
  setProtocol(protocol: Protocol): void;
  /** `pauseWriting` above `highBytes`, `resumeWriting` at or under `lowBytes`. Default 65536 and 16384. */
  setWriteLimits(highBytes: number, lowBytes: number): void;
  /** Turns Nagle's algorithm off (`true`, the default) or on; does nothing for a unix socket. */
  setNoDelay(isOn: boolean): void;
  /** Bytes given to `write` that the kernel has not taken yet. */
  readonly bufferedAmount: number;
  /** Whether writing is over: closed, closing or lost. */
  readonly isClosing: boolean;
  /** Our end; asked for when read. */
  readonly localAddress: Address;
  /** The peer's end; asked for when read, kept after the connection is lost. */
  readonly remoteAddress: Address;
  /** Encryption, or null on a plain connection. */
  readonly tls: TlsInfo | null;
}

/**
 * Where to listen: a TCP port (0 picks a free one), the path of a unix socket, or a descriptor that is bound and listens
 * already, and belongs to the listener from then on: another process handed it over, systemd for one.
 */
export type ListenAddress =
  | {
      /** Host name or IP; absent or empty: every interface. */ readonly host?: string;
      /** 0 to 65535; 0 picks a free one. */ readonly port: number;
    }
  | { /** A unix socket's path. */ readonly path: string }
  | { /** A listening descriptor. */ readonly fd: number };

/** How to listen. */
export interface ListenOptions {
  /** Length of the kernel's accept queue. Default 511. */
  readonly backlog?: number;
  /** Serve TLS with these certificates; see node:tls. */
  readonly tls?: TlsOptions;
  /**
   * Asked before each TLS handshake, with how many of this listener are under way; `false`: the connection is closed at once. Absent:
   * each is made.
   */
  readonly admitsHandshake?: (underWay: number) => boolean;
  /** Let several processes listen on one port (`SO_REUSEPORT`). Default false. */
  readonly reusePort?: boolean;
  /** An IPv6 listener refuses IPv4. Default false. */
  readonly ipv6Only?: boolean;
}

/** Whom to connect to. */
export type ConnectAddress =
  | { /** Host name or IP. */ readonly host: string; /** 1 to 65535. */ readonly port: number }
  | { /** A unix socket's path. */ readonly path: string };

/** What a TLS client may set: certificates and the name to check. */
export interface ConnectTlsOptions extends SecureContextOptions {
  /** The name the certificate must bear, and what SNI asks for. Default: the host. */
  readonly servername?: string;
  /** Whether a bad certificate ends the attempt. Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Protocols offered by ALPN. */
  readonly ALPNProtocols?: string[];
}

/** How to connect. */
export interface ConnectOptions {
  /** Talk TLS. */
  readonly tls?: ConnectTlsOptions;
  /** Source IP address to connect from. */
  readonly localAddress?: string;
  /** Source port to connect from. Default: any. */
  readonly localPort?: number;
  /** 4 or 6 for that family only. Default 0: both, the faster wins. */
  readonly family?: 0 | 4 | 6;
}

/** A socket that accepts connections. */
export interface Listener {
  /** Where it listens; with the port that was picked. */
  readonly address: Address;
  /**
   * Accepts what the kernel has accepted and nobody has taken yet, at once; absent where the platform cannot. Followed by
   * `close` it leaves nobody behind.
   */
  acceptWaiting?(): void;
  /**
   * Other certificates, keys, authorities and ciphers for connections to come; absent where no listener has any. What else `tls`
   * said stays. Throws what node:tls throws, and TransportError `ERR_UNSUPPORTED` on a listener without TLS.
   */
  setTls?(options: SecureContextOptions): void;
  /** Accepts no more; connections that exist go on. Resolves when the socket is closed; twice is harmless. */
  close(): Promise<void>;
  /**
   * Where the poller can: whether connections are accepted, as they are at first, or wait in the kernel's queue.
   */
  setAccepting?(isOn: boolean): void;
  /** The descriptor, for handing it to another process; absent where the poller does not know it, -1 when it is closed. */
  readonly descriptor?: number;
}

/** An attempt to connect that is under way. */
export interface ConnectAttempt {
  /** Gives up; `connectionLost` follows with `ERR_CONNECTION_ABORTED`. Harmless once the connection is made. */
  abort(): void;
}

/** What can be flushed at the end of an event: a transport with something to send. */
export interface Flushable {
  /** Sends what was gathered; must not throw. */
  flush(): void;
}

/** All that a poller asks of the loop. Whatever it tells a protocol stands between `enter` and `exit`. */
export interface PollerHost {
  /** An event begins. */
  enter(): void;
  /** An event ends: the ready queue is drained, then everything written is flushed. */
  exit(): void;
  /** `flush` is called at the end of the present event, or soon when there is none. */
  addFlush(flushable: Flushable): void;
  /** Runs `callback(argument)` at the end of the present event, or soon when there is none. */
  schedule<A>(callback: (argument: A) => void, argument: A): void;
  /** Logs what a protocol threw; `callback` is the function or its name. */
  handleCallbackException(callback: unknown, error: unknown): void;
}

/** Makes connections. One poller serves one loop. */
export interface Poller {
  /** Its name in messages: `net`, `epoll`, `memory`. */
  readonly name: string;
  /**
   * Listens, and gives every connection a protocol of its own.
   * Rejects with TransportError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_DENIED`, `ERR_ADDRESS_UNAVAILABLE`, `ERR_ADDRESS_INVALID`,
   * which is what a descriptor gets that does not listen.
   */
  listen(
    address: ListenAddress,
    options: ListenOptions,
    protocolFactory: () => Protocol,
  ): Promise<Listener>;
  /** Connects; `protocol` hears `connectionMade`, or `connectionLost` with the reason. */
  connect(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): ConnectAttempt;
  /**
   * Watches a raw descriptor; absent where the platform cannot. The mask is made of `IOLoop.READ` and `IOLoop.WRITE`.
   * `handler(fd, events)` is called as long as the descriptor is ready (level-triggered), with what it is ready for;
   * `IOLoop.ERROR` is told whether it was asked for or not. What the handler throws goes to `handleCallbackException`.
   * The loop never adds one twice, and updates and removes only what it has added.
   */
  addHandler?(fd: number, handler: (fd: number, events: number) => void, events: number): void;
  /** Changes what a descriptor is watched for; the handler stays. */
  updateHandler?(fd: number, events: number): void;
  /** Watches it no more, not even for what the poll has found already. The descriptor is still open then. */
  removeHandler?(fd: number): void;
  /** Closes all listeners and aborts all connections. */
  close(): void;
}
