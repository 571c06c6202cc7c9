// A network in memory that does nothing by itself: a test accepts, answers and closes, one event each, and may look at
// futures right behind it. Bytes are handed over as the contract has it: borrowed, and overwritten afterwards.
import { TransportError } from '@typhoon/ioloop';
import type {
  Address,
  ConnectAddress,
  ConnectAttempt,
  ConnectOptions,
  Flushable,
  Listener,
  Poller,
  PollerHost,
  Protocol,
  TlsInfo,
  Transport,
  TransportErrorCode,
} from '@typhoon/ioloop';

const NOWHERE: Address = { host: '', port: 0, path: '' };

/** Connects nobody by itself. */
export class FakePoller implements Poller {
  readonly name = 'fake';
  readonly #host: PollerHost;
  readonly #attempts: FakeAttempt[];

  /** @param attempts Gets every attempt to connect. */
  constructor(host: PollerHost, attempts: FakeAttempt[]) {
    this.#host = host;
    this.#attempts = attempts;
  }

  listen(): Promise<Listener> {
    return Promise.reject(new TransportError('ERR_UNSUPPORTED', 'only clients here'));
  }

  connect(address: ConnectAddress, options: ConnectOptions, protocol: Protocol): ConnectAttempt {
    const attempt = new FakeAttempt(this.#host, address, options, protocol);
    this.#attempts.push(attempt);
    return attempt;
  }

  close(): void {
    for (const attempt of this.#attempts) attempt.peer?.reset();
  }
}

/** One attempt to connect. */
export class FakeAttempt implements ConnectAttempt {
  readonly address: ConnectAddress;
  readonly options: ConnectOptions;
  /** The other end, once accepted. */
  peer: FakePeer | null = null;
  isAborted = false;
  readonly #host: PollerHost;
  readonly #protocol: Protocol;

  constructor(
    host: PollerHost,
    address: ConnectAddress,
    options: ConnectOptions,
    protocol: Protocol,
  ) {
    this.#host = host;
    this.address = address;
    this.options = options;
    this.#protocol = protocol;
  }

  abort(): void {
    if (this.peer === null) this.isAborted = true;
  }

  accept(): FakePeer {
    const peer = new FakePeer(this.#host, this.#protocol);
    this.peer = peer;
    peer.event(() => {
      this.#protocol.connectionMade(peer);
    });
    return peer;
  }

  refuse(code: TransportErrorCode = 'ERR_CONNECTION_REFUSED'): void {
    this.#host.enter();
    this.#protocol.connectionLost(new TransportError(code, 'connecting: nobody is there'));
    this.#host.exit();
  }
}

/** The server's end of a connection, and the client's transport. */
export class FakePeer implements Transport, Flushable {
  /** All that the client has sent, a byte a character. */
  received = '';
  /** How often the client's writes were flushed. */
  flushes = 0;
  state: 'open' | 'closed' | 'aborted' | 'lost' = 'open';
  isPaused = false;
  bufferedAmount = 0;
  readonly localAddress: Address = NOWHERE;
  readonly remoteAddress: Address = NOWHERE;
  readonly tls: TlsInfo | null = null;
  readonly #host: PollerHost;
  #protocol: Protocol;
  #pending = '';

  constructor(host: PollerHost, protocol: Protocol) {
    this.#host = host;
    this.#protocol = protocol;
  }

  // What a test does.

  /** The server sends this, all in one piece. */
  send(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (this.state !== 'open') return;
    const slab = Buffer.concat([Buffer.from('#'), bytes, Buffer.from('#')]);
    this.event(() => {
      this.#protocol.dataReceived(slab, 1, 1 + bytes.length);
    });
    slab.fill('?');
  }

  /** A whole answer with this body. */
  answer(body = '', head = 'HTTP/1.1 200 OK'): void {
    this.send(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  /** The server's side ends in order. */
  hangUp(): void {
    if (this.state !== 'open') return;
    const isHalfOpen = this.event(() => this.#protocol.eofReceived?.() === true);
    if (!isHalfOpen) this.#lose(null);
  }

  /** The connection is torn down. */
  reset(): void {
    this.#lose(new TransportError('ERR_CONNECTION_RESET', 'connection failed: reset by peer'));
  }

  /** The kernel takes no more, or does again. */
  block(isBlocked: boolean): void {
    this.event(() => {
      if (isBlocked) this.#protocol.pauseWriting?.();
      else this.#protocol.resumeWriting?.();
    });
  }

  /** Runs something as an event of the loop. */
  event<T>(callback: () => T): T {
    this.#host.enter();
    try {
      return callback();
    } finally {
      this.#host.exit();
    }
  }

  #lose(error: TransportError | null): void {
    if (this.state === 'lost') return;
    this.state = 'lost';
    this.event(() => {
      this.#protocol.connectionLost(error);
    });
  }

  // What the client does.

  write(data: Uint8Array | string): void {
    this.#put(Buffer.from(data).toString('latin1'));
  }

  writeLatin1(text: string): void {
    this.#put(text);
  }

  #put(text: string): void {
    if (this.state !== 'open') throw new TransportError('ERR_TRANSPORT_CLOSED', 'cannot write');
    if (this.#pending === '') this.#host.addFlush(this);
    this.#pending += text;
  }

  flush(): void {
    this.received += this.#pending;
    this.#pending = '';
    this.flushes++;
  }

  pauseReading(): void {
    this.isPaused = true;
  }

  resumeReading(): void {
    this.isPaused = false;
  }

  unread(): void {
    throw new Error('the client gives nothing back');
  }

  /** Half-close; the client of these tests never does. */
  end(): void {
    this.close();
  }

  close(): void {
    if (this.state === 'open') this.state = 'closed';
  }

  abort(): void {
    if (this.state === 'open') this.state = 'aborted';
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }

  setWriteLimits(): void {
    // No kernel here, no limits.
  }

  setNoDelay(): void {
    // Nothing is delayed here.
  }

  get isClosing(): boolean {
    return this.state !== 'open';
  }
}
