// A server in memory: its connections on transports that only remember what was written. For byte-exact tests.
import {
  IOLoop,
  TransportError,
  type Address,
  type Protocol,
  type TlsInfo,
  type Transport,
} from '@typhoon/ioloop';

/** What a client would see. */
export class RememberingTransport implements Transport {
  /** Everything written so far. */
  output = '';
  /** How it ended: our half only, in order, or at once. */
  ending: 'open' | 'ended' | 'closed' | 'aborted' = 'open';
  isReadingPaused = false;
  /** What was given back. */
  unreadText = '';
  readonly bufferedAmount = 0;
  readonly localAddress: Address = { host: '127.0.0.1', port: 80, path: '' };
  readonly remoteAddress: Address = { host: '192.0.2.1', port: 5555, path: '' };
  readonly tls: TlsInfo | null = null;
  protocol: Protocol;

  constructor(protocol: Protocol) {
    this.protocol = protocol;
  }

  get isClosing(): boolean {
    return this.ending !== 'open';
  }

  write(data: Uint8Array | string): void {
    this.writeLatin1(Buffer.from(data as string).toString('latin1'));
  }

  writeLatin1(text: string): void {
    if (this.isClosing) throw new TransportError('ERR_TRANSPORT_CLOSED', 'closed');
    this.output += text;
  }

  pauseReading(): void {
    this.isReadingPaused = true;
  }

  resumeReading(): void {
    this.isReadingPaused = false;
  }

  unread(bytes: Buffer): void {
    this.unreadText = bytes.toString('latin1') + this.unreadText;
  }

  end(): void {
    if (this.ending === 'open') this.ending = 'ended';
  }

  close(): void {
    if (this.ending !== 'aborted') this.ending = 'closed';
  }

  abort(): void {
    this.ending = 'aborted';
  }

  setProtocol(protocol: Protocol): void {
    this.protocol = protocol;
  }

  setWriteLimits(): void {
    // nothing is ever buffered here
  }

  setNoDelay(): void {
    // no packets here
  }
}

/** One client of a server in memory. */
export class WireClient {
  readonly transport: RememberingTransport;

  constructor(protocol: Protocol) {
    this.transport = new RememberingTransport(protocol);
    protocol.connectionMade(this.transport);
  }

  /** Sends bytes as one event of the loop. */
  send(bytes: string | Uint8Array): this {
    const buffer = Buffer.from(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    const loop = IOLoop.current();
    loop.enter();
    this.transport.protocol.dataReceived(buffer, 0, buffer.length);
    loop.exit();
    // The bytes were only lent: whoever kept them without a copy reads garbage from here on.
    buffer.fill(0x58);
    return this;
  }

  /** The client ends its half. */
  end(): this {
    this.transport.protocol.eofReceived?.();
    return this;
  }

  /** The connection is gone. */
  lose(): this {
    this.transport.protocol.connectionLost(null);
    return this;
  }

  /** Everything the server has written. */
  get output(): string {
    return this.transport.output;
  }
}
