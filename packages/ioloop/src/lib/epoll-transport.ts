// A Transport over a slot of the native poller. Owns: what was written in this event, the water marks, the one path to
// `connectionLost`. Must not know: how sends reach the kernel (epoll-wire.ts), how connections come about (epoll-poller.ts).
// HOT: `pnpm bench http`
import { getSystemErrorName } from 'node:util';
import { TransportError } from './transport-error.ts';
import { CLOSE, END } from './epoll-wire.ts';
import type { EpollWire } from './epoll-wire.ts';
import type { Address, Flushable, Protocol, TlsInfo, Transport } from './poller.ts';

const DEFAULT_HIGH_BYTES = 65_536;
const DEFAULT_LOW_BYTES = 16_384;

/** `open` reads and writes; `ending` our half is shut or about to be; `closing` waits for the flush; `lost` is over. */
type State = 'open' | 'ending' | 'closing' | 'lost';

/** What came for a reader who had paused in the same batch. */
interface Held {
  bytes: Buffer | null;
  isEof: boolean;
}

/** One connection of the `epoll` poller. An idle one owns no buffer. */
export class EpollTransport implements Transport, Flushable {
  readonly tls: TlsInfo | null = null;
  readonly slot: number;
  readonly generation: number;
  readonly #wire: EpollWire;
  #protocol: Protocol;
  #state: State = 'open';
  /** What was written in this event: text of one byte a character, as long as nothing else came. */
  #text = '';
  /** Bytes written in this event, in order, when there is more than text; `#text` comes behind them. */
  #chunks: Uint8Array[] | null = null;
  #isFlushComing = false;
  #isReadingPaused = false;
  #isWritingPaused = false;
  /** What the kernel may not have taken: more than the truth, for nobody tells us of what it takes at once. */
  #backlogBytes = 0;
  #highBytes = DEFAULT_HIGH_BYTES;
  #lowBytes = DEFAULT_LOW_BYTES;
  #held: Held | null = null;
  #error: TransportError | null = null;
  /** Known once somebody asked, or when it is over; the path of a unix socket from the start. */
  #remote: Address | null;

  /** @param remote Where a unix socket was connected to, which the kernel does not tell. */
  constructor(
    wire: EpollWire,
    slot: number,
    generation: number,
    protocol: Protocol,
    remote: Address | null,
  ) {
    this.#wire = wire;
    this.slot = slot;
    this.generation = generation;
    this.#protocol = protocol;
    this.#remote = remote;
  }

  write(data: Uint8Array | string): void {
    if (this.#state !== 'open') throw this.#closedError();
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('write takes a Uint8Array or a string');
    if (bytes.byteLength === 0) return;
    const chunks = (this.#chunks ??= []);
    if (this.#text !== '') {
      chunks.push(Buffer.from(this.#text, 'latin1'));
      this.#text = '';
    }
    chunks.push(bytes);
    this.#askForFlush();
  }

  writeLatin1(text: string): void {
    if (this.#state !== 'open') throw this.#closedError();
    this.#text += text;
    this.#askForFlush();
  }

  pauseReading(): void {
    if (this.#isReadingPaused || this.#state === 'lost') return;
    this.#isReadingPaused = true;
    this.#wire.native.setReading(this.slot, this.generation, false);
  }

  resumeReading(): void {
    if (!this.#isReadingPaused || this.#state === 'lost') return;
    this.#isReadingPaused = false;
    this.#wire.native.setReading(this.slot, this.generation, true);
    if (this.#held !== null) this.#wire.host.schedule(tellHeld, this);
  }

  unread(bytes: Buffer): void {
    if (this.#state === 'lost' || bytes.length === 0) return;
    if (this.#held === null) this.#wire.host.schedule(tellHeld, this);
    const held = (this.#held ??= { bytes: null, isEof: false });
    held.bytes = held.bytes === null ? bytes : Buffer.concat([bytes, held.bytes]);
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#askForFlush();
  }

  close(): void {
    if (this.#state === 'closing' || this.#state === 'lost') return;
    this.#state = 'closing';
    this.#askForFlush();
  }

  abort(error?: TransportError): void {
    if (this.#state === 'lost') return;
    this.#state = 'closing';
    this.#error ??=
      error ??
      new TransportError('ERR_CONNECTION_ABORTED', 'the connection was aborted by our side');
    this.#drop();
    this.#wire.native.abort(this.slot, this.generation, true);
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
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

  setNoDelay(isOn: boolean): void {
    if (this.#state !== 'lost') this.#wire.native.setNoDelay(this.slot, this.generation, isOn);
  }

  get bufferedAmount(): number {
    if (this.#state === 'lost') return 0;
    const { slot, generation } = this;
    let total = this.#text.length;
    for (const chunk of this.#chunks ?? []) total += chunk.byteLength;
    // What is noted goes now: whoever asks wants to know what the kernel does not take.
    if (this.#wire.pendingBytes(slot, generation) > 0) this.#wire.flush();
    return total + this.#wire.native.queued(slot, generation);
  }

  get isClosing(): boolean {
    return this.#state !== 'open';
  }

  get localAddress(): Address {
    return this.#wire.native.localAddress(this.slot, this.generation);
  }

  get remoteAddress(): Address {
    this.#remote ??= this.#wire.native.peerAddress(this.slot, this.generation);
    return this.#remote;
  }

  /** Hands what was written in this event to the wire. */
  flush(): void {
    this.#isFlushComing = false;
    if (this.#state === 'lost') return;
    const { slot, generation } = this;
    const wire = this.#wire;
    if (this.#chunks !== null) {
      const chunks = this.#chunks;
      this.#chunks = null;
      for (const chunk of chunks) {
        wire.sendBytes(slot, generation, chunk);
        this.#backlogBytes += chunk.byteLength;
      }
    }
    const text = this.#text;
    if (text !== '') {
      this.#text = '';
      wire.sendLatin1(slot, generation, text);
      this.#backlogBytes += text.length;
    }
    if (this.#state !== 'open') {
      wire.finish(slot, generation, this.#state === 'closing' ? CLOSE : END);
    } else if (this.#backlogBytes > this.#highBytes && !this.#isWritingPaused) {
      wire.flush();
      this.onProgress(wire.native.queued(slot, generation));
    }
  }

  /** From the poller, as all that follows: the connection is there. */
  begin(): void {
    try {
      this.#protocol.connectionMade(this);
    } catch (error) {
      this.#blame('connectionMade', error);
    }
  }

  /** Bytes came; they are borrowed. */
  onData(buffer: Buffer, start: number, end: number): void {
    if (this.#state === 'closing') return;
    if (this.#isReadingPaused || this.#held !== null) {
      this.#hold(Buffer.from(buffer.subarray(start, end)), false);
      return;
    }
    try {
      this.#protocol.dataReceived(buffer, start, end);
    } catch (error) {
      this.#blame('dataReceived', error);
    }
  }

  /** The peer sends no more. */
  onEof(): void {
    if (this.#state === 'closing') return;
    if (this.#isReadingPaused || this.#held !== null) {
      this.#hold(null, true);
      return;
    }
    try {
      if (this.#protocol.eofReceived?.() !== true) this.close();
    } catch (error) {
      this.#blame('eofReceived', error);
    }
  }

  /** So many bytes wait for the kernel to take them. */
  onProgress(queuedBytes: number): void {
    this.#backlogBytes = queuedBytes;
    if (this.#isWritingPaused) {
      if (queuedBytes > this.#lowBytes) return;
      this.#isWritingPaused = false;
      this.#tellWriter('resumeWriting');
    } else if (this.#state === 'open' && queuedBytes > this.#highBytes) {
      this.#isWritingPaused = true;
      this.#tellWriter('pauseWriting');
    }
  }

  /** The descriptor is closed; `errno` is 0 after an orderly end. */
  onLost(errno: number): void {
    if (errno !== 0) this.#error ??= fromErrno(errno);
    this.finish(this.#error);
  }

  /** Tells the protocol of the end, once. */
  finish(error: TransportError | null): void {
    if (this.#state === 'lost') return;
    this.#rememberPeer();
    this.#state = 'lost';
    this.#held = null;
    this.#drop();
    try {
      this.#protocol.connectionLost(error);
    } catch (reason) {
      this.#wire.host.handleCallbackException('connectionLost', reason);
    }
  }

  /** The poller is about to close the descriptor, as the end of the process would; `onLost` follows. */
  giveUp(error: TransportError): void {
    this.#rememberPeer();
    this.#state = 'closing';
    this.#error ??= error;
    this.#drop();
  }

  /** While the native part still knows it. */
  #rememberPeer(): void {
    this.#remote ??= this.#wire.native.peerAddress(this.slot, this.generation);
  }

  #tellWriter(method: 'pauseWriting' | 'resumeWriting'): void {
    try {
      this.#protocol[method]?.();
    } catch (error) {
      this.#blame(method, error);
    }
  }

  #hold(bytes: Buffer | null, isEof: boolean): void {
    const held = (this.#held ??= { bytes: null, isEof: false });
    if (bytes !== null) {
      held.bytes = held.bytes === null ? bytes : Buffer.concat([held.bytes, bytes]);
    }
    held.isEof ||= isEof;
  }

  /** The reader goes on: what came meanwhile is told, unless the reader pauses again. */
  tellHeld(): void {
    const held = this.#held;
    if (held === null || this.#isReadingPaused || this.#state === 'lost') return;
    this.#held = null;
    if (held.bytes !== null) this.onData(held.bytes, 0, held.bytes.length);
    if (held.isEof) this.onEof();
  }

  /** A protocol that throws loses its own connection, and harms no other. */
  #blame(method: keyof Protocol, error: unknown): void {
    this.abort(
      new TransportError('ERR_CONNECTION_ABORTED', 'the protocol threw', { cause: error }),
    );
    this.#wire.host.handleCallbackException(method, error);
  }

  #askForFlush(): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    this.#wire.host.addFlush(this);
  }

  #drop(): void {
    this.#text = '';
    this.#chunks = null;
  }

  #closedError(): TransportError {
    const how = this.#state === 'lost' ? 'the connection is lost' : 'the transport is closing';
    return new TransportError('ERR_TRANSPORT_CLOSED', `cannot write: ${how}`);
  }
}

function tellHeld(transport: EpollTransport): void {
  transport.tellHeld();
}

/** The system's error of that number, as a TransportError. */
export function fromErrno(errno: number, doing = 'connection failed'): TransportError {
  const code = getSystemErrorName(-errno);
  return TransportError.from(Object.assign(new Error(code), { code, errno: -errno }), doing);
}
