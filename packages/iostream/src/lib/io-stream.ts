// Streams over connections: plain ones, and such with TLS. Owns: connecting, the handshake.
// Must not know: reading and writing (base-io-stream.ts).
import { chainFuture, Future } from '@typhoon/concurrent';
import { startTls } from '@typhoon/ioloop';
import { genLog } from '@typhoon/log';
import { BaseIOStream } from './base-io-stream.ts';
import { StreamError } from './stream-error.ts';
import { SslContext, sslOptionsToContext } from './tls-options.ts';
import type { ConnectAttempt, ConnectOptions, Transport, TransportError } from '@typhoon/ioloop';
import type { IOStreamOptions } from './stream-options.ts';
import type { StreamClosedError } from './stream-error.ts';
import type { SslOptions } from './tls-options.ts';

/** How to connect. */
export interface StreamConnectOptions extends Pick<
  ConnectOptions,
  'localAddress' | 'localPort' | 'family'
> {
  /** The name that the server's certificate must bear (TLS alone). Default: the host. */
  readonly serverHostname?: string;
}

/** How to encrypt. */
export interface StartTlsStreamOptions {
  /** Certificates and what is asked of the peer. Default: a client checks the server against the well-known authorities. */
  readonly sslOptions?: SslOptions | SslContext;
  /** The name that the server's certificate must bear. Default: the address that we are connected to. */
  readonly serverHostname?: string;
}

/** A stream over a connection: one that is there already, or one that `connect` makes. */
export class IOStream extends BaseIOStream {
  #attempt: ConnectAttempt | null = null;
  #connecting: Future<this> | null = null;

  /** @param transport An open connection that becomes this stream's; null: `connect` makes one. */
  constructor(transport: Transport | null = null, options: IOStreamOptions = {}) {
    super(options);
    if (transport !== null) this.adopt(transport);
  }

  /**
   * Connects to `[host, port]`, or to the path of a unix socket. What is written meanwhile is sent afterwards (IOS-18).
   * Cancelling the future closes the stream. It fails with StreamClosedError, whose `realError` is a TransportError.
   * @throws StreamClosedError on a closed stream.
   */
  connect(
    address: readonly [host: string, port: number] | string,
    options: StreamConnectOptions = {},
  ): Future<this> {
    this.begin();
    const future = new Future<this>({
      onCancel: () => {
        this.#connecting = null;
        this.close();
        return false;
      },
    });
    this.#connecting = future;
    const { localAddress, localPort, family } = options;
    const source = {
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(localPort === undefined ? {} : { localPort }),
      ...(family === undefined ? {} : { family }),
    };
    const target =
      typeof address === 'string' ? { path: address } : { host: address[0], port: address[1] };
    this.#attempt = this.ioLoop.poller.connect(target, source, this.protocol);
    return future;
  }

  /**
   * Encrypts the connection; this stream must not be used any more, the one that comes takes its limits and its close
   * callback along. The future fails with the TransportError `ERR_TLS` itself when the handshake does (IOS-28, 29).
   *
   * @param serverSide Whether we are the server.
   * @throws StreamError `ERR_NOT_IDLE` when a read is pending or something is buffered; `ERR_TLS_OPTIONS`.
   */
  startTls(serverSide: boolean, options: StartTlsStreamOptions = {}): Future<SSLIOStream> {
    const sslOptions = sslOptionsToContext(options.sslOptions ?? {}, { serverSide });
    const { transport, closeCallback } = this.release();
    const { maxBufferSize, readChunkSize, maxWriteBufferSize } = this;
    const stream = new SSLIOStream(transport, {
      maxBufferSize,
      readChunkSize,
      maxWriteBufferSize,
      sslOptions,
      serverSide,
      ...(options.serverHostname === undefined ? {} : { serverHostname: options.serverHostname }),
    });
    if (closeCallback !== null) stream.setCloseCallback(closeCallback);
    const future = new Future<SSLIOStream>({
      onCancel: () => {
        stream.close();
        return false;
      },
    });
    chainFuture(stream.waitForHandshake(), future);
    return future;
  }

  /** The connection is there: first of all, who waits for it is told (IOS-18). */
  protected override opened(transport: Transport): void {
    this.#attempt = null;
    const connecting = this.#connecting;
    this.#connecting = null;
    if (connecting?.done() === false) connecting.setResult(this);
    super.opened(transport);
  }

  protected override lost(error: TransportError | null): void {
    this.#attempt = null;
    const connecting = this.#connecting;
    if (connecting === null) {
      super.lost(error);
      return;
    }
    if (connecting.waiters === 0) genLog.warning('Connect error: %s', error?.message ?? 'closed');
    this.close(error ?? undefined);
  }

  protected override closing(error: StreamClosedError): void {
    this.#attempt?.abort();
    this.#attempt = null;
    const connecting = this.#connecting;
    this.#connecting = null;
    if (connecting === null || connecting.done()) return;
    connecting.setException(this.connectFailure(error));
    connecting.exception();
  }

  /** What `connect` fails with. */
  protected connectFailure(error: StreamClosedError): unknown {
    return error;
  }
}

/** How to make an encrypted stream. */
export interface SSLIOStreamOptions extends IOStreamOptions, StartTlsStreamOptions {
  /** Whether we are the server. Default false. */
  readonly serverSide?: boolean;
}

/** An encrypted stream. Over an open connection the handshake begins in the loop's next turn (IOS-44). */
export class SSLIOStream extends IOStream {
  readonly #context: SslContext;
  readonly #isServer: boolean;
  #serverHostname: string | undefined;
  #plain: Transport | null = null;
  #handshake: ConnectAttempt | null = null;
  #isPlainMade = false;
  #isDone = false;
  #waiting: Future<SSLIOStream> | null = null;

  /** @throws StreamError `ERR_TLS_OPTIONS` */
  constructor(transport: Transport | null = null, options: SSLIOStreamOptions = {}) {
    super(null, options);
    this.#isServer = options.serverSide ?? false;
    this.#serverHostname = options.serverHostname;
    this.#context = sslOptionsToContext(options.sslOptions ?? {}, { serverSide: this.#isServer });
    if (transport !== null) this.adopt(transport);
  }

  /** As for a plain stream; the future is done after the handshake (IOS-45). Errors of that are not wrapped. */
  override connect(
    address: readonly [host: string, port: number] | string,
    options: StreamConnectOptions = {},
  ): Future<this> {
    const host = typeof address === 'string' ? undefined : address[0];
    this.#serverHostname = options.serverHostname ?? this.#serverHostname ?? host;
    return super.connect(address, options);
  }

  /**
   * Done when the handshake is, at once if it is already. Fails with TransportError `ERR_TLS`, not wrapped (IOS-29).
   * @throws StreamError `ERR_ALREADY_WAITING` when somebody else waits (IOS-32).
   */
  waitForHandshake(): Future<SSLIOStream> {
    if (this.#waiting !== null) throw new StreamError('ERR_ALREADY_WAITING', 'Already waiting');
    if (this.#isDone) return Future.resolved<SSLIOStream>(this);
    if (this.closed())
      return Future.rejected(
        this.error ?? new StreamError('ERR_STREAM_CLOSED', 'Stream is closed'),
      );
    this.#waiting = new Future<SSLIOStream>({
      onCancel: () => {
        this.#waiting = null;
        return false;
      },
    });
    return this.#waiting;
  }

  /** True during the handshake, too: that wants input (IOS-40). */
  override reading(): boolean {
    return super.reading() || this.#handshake !== null;
  }

  protected override transportMade(transport: Transport): void {
    if (transport.tls !== null) {
      this.#handshakeDone(transport);
    } else if (this.#plain === null) {
      this.#plain = transport;
      this.#isPlainMade = true;
      transport.pauseReading();
      this.ioLoop.addCallback(() => {
        this.#startHandshake(transport);
      });
    }
  }

  protected override lost(error: TransportError | null): void {
    const isHandshake = this.#handshake !== null;
    this.#handshake = null;
    this.#plain = null;
    if (isHandshake && error?.code === 'ERR_TLS') {
      genLog.warning('SSL Error on %s', error.message); // IOS-31: one line, no trace
      this.close(error);
    } else if (isHandshake) {
      this.close(error ?? undefined);
    } else {
      super.lost(error);
    }
  }

  protected override closing(error: StreamClosedError): void {
    if (this.#handshake !== null) this.#handshake.abort();
    else this.#plain?.close();
    this.#handshake = null;
    this.#plain = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting?.done() === false) {
      waiting.setException(error.realError ?? error);
      waiting.exception();
    }
    super.closing(error);
  }

  /** IOS-29: what befell the handshake is told as it is. */
  protected override connectFailure(error: StreamClosedError): unknown {
    return this.#isPlainMade ? (error.realError ?? error) : error;
  }

  #startHandshake(transport: Transport): void {
    if (this.closed() || this.#plain !== transport) return;
    const name = this.#serverHostname;
    const { options } = this.#context;
    this.#handshake = startTls(
      this.ioLoop,
      transport,
      this.#isServer
        ? { server: options }
        : { client: name === undefined ? options : { ...options, servername: name } },
      this.protocol,
    );
  }

  #handshakeDone(transport: Transport): void {
    this.#handshake = null;
    this.#plain = null;
    this.#isDone = true;
    this.opened(transport);
    // A server sends tickets that nobody reads for: a client that closes over them would make the kernel reset the connection.
    this.watch();
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting?.done() === false) waiting.setResult(this);
  }
}
