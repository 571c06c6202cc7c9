// A Transport whose other end is an object in the same process. Owns: buffers, water marks, half-closes, the one path to
// `connectionLost`, all as over a socket: nothing is ever told from inside a call.
// Must not know: how connections come about (memory-poller.ts, memory-pair.ts).
import { TransportError } from '../transport-error.ts';
import { deliveryQueueOf } from './delivery-queue.ts';
import type { Address, Flushable, PollerHost, Protocol, TlsInfo, Transport } from '../poller.ts';
import type { DeliveryQueue, Receiver } from './delivery-queue.ts';

const DEFAULT_HIGH_BYTES = 65_536;
const DEFAULT_LOW_BYTES = 16_384;
/** What a kernel's buffers would hold for a reader who does not read. */
const CAPACITY_BYTES = 65_536;

/** `open` reads and writes; `ending` our half is shut or about to be; `closing` waits for the flush; `lost` is over. */
type State = 'open' | 'ending' | 'closing' | 'lost';

/** One end of a connection. */
export interface MemoryTransportOptions {
  /** Called in the first event, for who listens. */
  readonly makeProtocol: () => Protocol;
  readonly localAddress: Address;
  readonly remoteAddress: Address;
  /** Largest piece given to `dataReceived`. */
  readonly pieceBytes: number;
  /** Called when it is over. */
  readonly onLost?: () => void;
}

/** One end of a connection in memory. */
export class MemoryTransport implements Transport, Flushable, Receiver {
  readonly localAddress: Address;
  readonly remoteAddress: Address;
  readonly tls: TlsInfo | null = null;
  readonly #host: PollerHost;
  readonly #queue: DeliveryQueue;
  readonly #options: MemoryTransportOptions;
  #peer: MemoryTransport | null = null;
  #protocol: Protocol | null = null;
  #next: Protocol | null = null;
  #state: State = 'open';
  /** Written in this event. */
  #gathered: Uint8Array[] = [];
  /** Flushed, and not yet in the peer's buffer. */
  #sent: Uint8Array[] = [];
  #outgoingBytes = 0;
  #incoming: Uint8Array[] = [];
  #incomingBytes = 0;
  #isFlushComing = false;
  #isFinished = false;
  #isReadingPaused = false;
  #isWritingPaused = false;
  #isResumeDue = false;
  #isPeerFinished = false;
  #isEofTold = false;
  #highBytes = DEFAULT_HIGH_BYTES;
  #lowBytes = DEFAULT_LOW_BYTES;
  #loss: { readonly error: TransportError | null } | null = null;

  constructor(host: PollerHost, options: MemoryTransportOptions) {
    this.#host = host;
    this.#queue = deliveryQueueOf(host);
    this.#options = options;
    this.localAddress = options.localAddress;
    this.remoteAddress = options.remoteAddress;
  }

  /** Connects the two ends; each hears `connectionMade` in its next batch. */
  static connect(left: MemoryTransport, right: MemoryTransport): void {
    left.#peer = right;
    right.#peer = left;
    left.#queue.add(left);
    right.#queue.add(right);
  }

  write(data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('write takes a Uint8Array or a string');
    this.#gather(bytes);
  }

  writeLatin1(text: string): void {
    this.#gather(Buffer.from(text, 'latin1'));
  }

  #gather(bytes: Uint8Array): void {
    if (this.#state !== 'open') throw this.#closedError();
    if (bytes.byteLength === 0) return;
    this.#gathered.push(bytes);
    this.#outgoingBytes += bytes.byteLength;
    this.#askForFlush();
  }

  pauseReading(): void {
    this.#isReadingPaused = true;
  }

  resumeReading(): void {
    this.#isReadingPaused = false;
    if (this.#hasMore()) this.#queue.add(this);
  }

  unread(bytes: Buffer): void {
    if (this.#state === 'lost' || this.#loss !== null || bytes.length === 0) return;
    this.#incoming.unshift(bytes);
    this.#incomingBytes += bytes.length;
    if (this.#hasMore()) this.#queue.add(this);
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#askForFlush();
  }

  close(): void {
    if (this.#state === 'closing' || this.#state === 'lost') return;
    this.#state = 'closing';
    this.#incoming = [];
    this.#incomingBytes = 0;
    this.#wakePeer(); // nobody reads any more: what it has to send is dropped
    this.#askForFlush();
  }

  abort(error?: TransportError): void {
    if (this.#state === 'lost' || this.#loss !== null) return;
    this.#state = 'closing';
    const reason = 'the connection was aborted by our side';
    this.#lose(error ?? new TransportError('ERR_CONNECTION_ABORTED', reason));
    const peer = this.#peer;
    if (peer !== null)
      peer.#lose(new TransportError('ERR_CONNECTION_RESET', 'the peer aborted the connection'));
  }

  setProtocol(protocol: Protocol): void {
    if (this.#protocol === null) this.#next = protocol;
    else this.#protocol = protocol;
  }

  setWriteLimits(highBytes: number, lowBytes: number): void {
    if (!(highBytes >= lowBytes && lowBytes >= 0)) {
      throw new RangeError(
        `water marks must be high >= low >= 0, got ${highBytes} and ${lowBytes}`,
      );
    }
    this.#highBytes = highBytes;
    this.#lowBytes = lowBytes;
  }

  setNoDelay(): void {
    // There is nothing that delays.
  }

  get bufferedAmount(): number {
    return this.#outgoingBytes;
  }

  get isClosing(): boolean {
    return this.#state !== 'open';
  }

  /** The loop is done with the event in which something was written. */
  flush(): void {
    this.#isFlushComing = false;
    if (this.#loss !== null) return;
    this.#sent.push(...this.#gathered);
    this.#gathered = [];
    this.#transfer();
    const isHigh = this.#state === 'open' && this.#outgoingBytes > this.#highBytes;
    if (!isHigh || this.#isWritingPaused) return;
    this.#isWritingPaused = true;
    this.#tell('pauseWriting', (protocol) => protocol.pauseWriting?.());
  }

  /** The next batch is here: one thing is told. */
  deliver(): boolean {
    if (this.#state === 'lost') return false;
    const protocol = this.#protocol;
    if (protocol === null) this.#begin();
    else if (this.#loss !== null) this.#tellLoss(this.#loss.error);
    else if (this.#isResumeDue) this.#tellResume();
    else if (this.#isReadingPaused || this.#state === 'closing') return false;
    else if (this.#incomingBytes > 0) this.#tellData();
    else if (this.#isPeerFinished && !this.#isEofTold) this.#tellEof();
    return this.#hasMore();
  }

  #hasMore(): boolean {
    if (this.#state === 'lost') return false;
    if (this.#protocol === null || this.#loss !== null || this.#isResumeDue) return true;
    if (this.#isReadingPaused || this.#state === 'closing') return false;
    return this.#incomingBytes > 0 || (this.#isPeerFinished && !this.#isEofTold);
  }

  #begin(): void {
    this.#host.enter();
    try {
      const protocol = this.#next ?? this.#options.makeProtocol();
      this.#protocol = protocol;
      this.#tell('connectionMade', () => {
        protocol.connectionMade(this);
      });
    } catch (error) {
      this.#protocol = NOBODY;
      this.abort();
      this.#host.handleCallbackException(this.#options.makeProtocol, error);
    } finally {
      this.#host.exit();
    }
  }

  #tellLoss(error: TransportError | null): void {
    this.#state = 'lost';
    this.#options.onLost?.();
    this.#tell('connectionLost', (protocol) => {
      protocol.connectionLost(error);
    });
  }

  #tellResume(): void {
    this.#isResumeDue = false;
    this.#isWritingPaused = false;
    this.#tell('resumeWriting', (protocol) => protocol.resumeWriting?.());
  }

  #tellData(): void {
    this.#queue.lend(this.#incoming, this.#options.pieceBytes, (buffer, start, end) => {
      this.#incomingBytes -= end - start;
      this.#tell('dataReceived', (protocol) => {
        protocol.dataReceived(buffer, start, end);
      });
    });
    this.#wakePeer();
  }

  #tellEof(): void {
    this.#isEofTold = true;
    this.#tell('eofReceived', (protocol) => {
      if (protocol.eofReceived?.() !== true) this.close();
    });
    if (this.#isFinished) this.#lose(null);
  }

  /** One event. A protocol that throws loses its own connection, and harms no other. */
  #tell(method: keyof Protocol, call: (protocol: Protocol) => void): void {
    const protocol = this.#protocol ?? NOBODY;
    this.#host.enter();
    try {
      call(protocol);
    } catch (error) {
      const message = 'the protocol threw';
      this.abort(new TransportError('ERR_CONNECTION_ABORTED', message, { cause: error }));
      this.#host.handleCallbackException(method, error);
    } finally {
      this.#host.exit();
    }
  }

  /** There is room: what the peer has flushed can come. */
  #wakePeer(): void {
    const peer = this.#peer;
    if (peer !== null) peer.#transfer();
  }

  #askForFlush(): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    this.#host.addFlush(this);
  }

  /** As much as the peer has room for goes over. */
  #transfer(): void {
    const peer = this.#peer;
    if (peer === null || this.#loss !== null) return;
    if (peer.#state === 'lost' && this.#sent.length > 0) {
      this.#lose(new TransportError('ERR_CONNECTION_RESET', 'the peer is gone'));
      return;
    }
    for (let room = peer.#room; room > 0; room = peer.#room) {
      const chunk = this.#sent[0];
      if (chunk === undefined) break;
      const taken = chunk.subarray(0, room);
      if (taken.length === chunk.length) this.#sent.shift();
      else this.#sent[0] = chunk.subarray(taken.length);
      this.#outgoingBytes -= taken.length;
      peer.#accept(taken);
    }
    if (this.#isWritingPaused && !this.#isResumeDue && this.#outgoingBytes <= this.#lowBytes) {
      this.#isResumeDue = true;
      this.#queue.add(this);
    }
    if (this.#outgoingBytes === 0 && this.#state !== 'open') this.#finishWriting();
  }

  get #room(): number {
    if (this.#state === 'closing' || this.#state === 'lost') return Infinity;
    return CAPACITY_BYTES - this.#incomingBytes;
  }

  #accept(bytes: Uint8Array): void {
    if (this.#state === 'closing' || this.#state === 'lost') return;
    this.#incoming.push(bytes);
    this.#incomingBytes += bytes.length;
    this.#queue.add(this);
  }

  #finishWriting(): void {
    if (!this.#isFinished) {
      this.#isFinished = true;
      const peer = this.#peer;
      if (peer !== null) {
        peer.#isPeerFinished = true;
        peer.#queue.add(peer);
      }
    }
    if (this.#state === 'closing' || this.#isEofTold) this.#lose(null);
  }

  #lose(error: TransportError | null): void {
    if (this.#loss !== null || this.#state === 'lost') return;
    this.#loss = { error };
    this.#gathered = [];
    this.#sent = [];
    this.#incoming = [];
    this.#outgoingBytes = 0;
    this.#incomingBytes = 0;
    this.#queue.add(this);
  }

  #closedError(): TransportError {
    const how = this.#state === 'lost' ? 'the connection is lost' : 'the transport is closing';
    return new TransportError('ERR_TRANSPORT_CLOSED', `cannot write: ${how}`);
  }
}

/** Listens where a protocol could not be made. */
const NOBODY: Protocol = {
  connectionMade: () => undefined,
  dataReceived: () => undefined,
  connectionLost: () => undefined,
};
