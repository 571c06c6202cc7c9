// One WebSocket over a transport, on either side. Owns: what is read when, the way of a message out, closing, pings. Must not
// know: the grammar (protocol/), what becomes of messages (its owner), how the connection came about (handshake/).
// HOT: `pnpm bench websocket`
//
// Most WebSockets rest most of the time, so one at rest is this object and nothing else: a reader is borrowed while a message is
// under way, what has to wait for a slow peer or a busy handler has an object only while there is such a thing.
import { Future } from '@typhoon/concurrent';
import { workOf } from '@typhoon/gen';
import { genLog } from '@typhoon/log';
import { closeBody, MAX_CONTROL_BYTES, type CloseStatus } from '../protocol/close-codes.ts';
import { closeStep, type CloseState } from '../protocol/closing.ts';
import { OPCODE } from '../protocol/frame-writer.ts';
import { MessageReader, type Inflater, type MessagePeer } from '../protocol/message-reader.ts';
import { RemoteProtocolError, WebSocketClosedError, WebSocketError } from '../websocket-error.ts';
import { frameOf, messageFrame, sharedFrame, writePlain } from './message-frame.ts';
import { Outbox } from './outbox.ts';
import type { Expirable, IOLoop, Protocol, Transport, TransportError } from '@typhoon/ioloop';
import type { Published } from '@typhoon/topic';
import type { EncodedFrame } from '../protocol/frame-writer.ts';
import type { ConnectionProfile } from './connection-profile.ts';

/** Who has a connection, and hears of it. What a method returns is waited for before the next message. */
export interface ConnectionOwner {
  onMessage(message: string | Buffer): unknown;
  onPing(data: Buffer): unknown;
  onPong(data: Buffer): unknown;
  /** One of the others threw, or what it returned failed. */
  onFailure(error: unknown): void;
  /** The end, once; null where the peer sent no code (WSK-9, 35). */
  onConnectionEnd(code: number | null, reason: string | null): void;
}

/** How to send a message. */
export interface SendOptions {
  /** Whether it goes as binary. Default: bytes do, text does not. */
  readonly binary?: boolean;
  /** With the policy `keepLatest`: of those that wait, the last one of a key is kept. */
  readonly key?: string;
}

/** A message that waits for the one before it to be dealt with. */
interface Held {
  /** Bytes that came meanwhile; ours. */
  rest: Buffer | null;
  isReadingPaused: boolean;
  isEof: boolean;
}

/** WSK-11: so long the peer has to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5000;
/** In one event no more is given to the transport before it has its turn. */
const BURST_BYTES = 262_144;
const READY: Future<void> = Future.resolved(undefined);
const NO_DATA = Buffer.alloc(0);

/** Readers that are in the middle of nothing. */
const idleReaders: MessageReader[] = [];
const IDLE_READERS_MAX = 8;

/** One end of a WebSocket. */
export class WebSocketConnection implements Protocol, MessagePeer, Expirable {
  /** From the sweep: when the next ping is due, or its answer, or the end. */
  deadlineMs: number = Infinity;
  readonly transport: Transport;
  readonly #owner: ConnectionOwner;
  readonly #profile: ConnectionProfile;
  readonly #loop: IOLoop;
  #state: CloseState = 'open';
  #reader: MessageReader | null = null;
  #held: Held | null = null;
  #outbox: Outbox | null = null;
  /** Whether a ping is under way, and whether anything has come since it was sent. */
  #isPinged = false;
  #isHeard = false;
  #status: CloseStatus | null = null;
  /** Bytes sent since the transport last had a turn to say that they are too many. */
  #burstBytes = 0;

  constructor(
    transport: Transport,
    owner: ConnectionOwner,
    profile: ConnectionProfile,
    loop: IOLoop,
  ) {
    this.transport = transport;
    this.#owner = owner;
    this.#profile = profile;
    this.#loop = loop;
  }

  /** Listens from now on. `before` is waited for before the first message is told. */
  start(before: Future<unknown> | null): void {
    this.transport.setProtocol(this);
    this.#awaitNext(this.#profile.pingIntervalMs);
    if (before !== null) this.#hold(before);
    this.transport.resumeReading();
  }

  // What can be asked.

  /** Where the closing handshake is. */
  get state(): CloseState {
    return this.#state;
  }

  /** Bytes that were sent and that the kernel has not taken. */
  get bufferedAmount(): number {
    return this.transport.bufferedAmount + (this.#outbox?.bytes ?? 0);
  }

  // Sending.

  /**
   * Sends a message. Bytes are the connection's from here on.
   * @returns Settled when more may be sent: at once, unless the peer is slow.
   * @throws WebSocketClosedError
   */
  send(message: string | Uint8Array, { binary, key }: SendOptions = NO_OPTIONS): Future<void> {
    if (this.#state !== 'open') throw new WebSocketClosedError();
    const isText = binary === undefined ? typeof message === 'string' : !binary;
    if (!this.#profile.isClient && this.#outbox === null && this.#profile.deflate === null) {
      if (this.transport.isClosing) return closed();
      return this.#sent(writePlain(this.transport, message, isText));
    }
    return this.sendFrame(messageFrame(this.#profile, message, isText), key);
  }

  /** Sends a message that is a frame already. @throws WebSocketClosedError */
  sendFrame(frame: EncodedFrame, key?: string): Future<void> {
    if (this.#state !== 'open') throw new WebSocketClosedError();
    const outbox = this.#outbox;
    if (outbox === null) {
      this.#write(frame);
      return this.#sent(frame.length);
    }
    if (!outbox.add(frame, key)) {
      outbox.drop();
      this.close(1013, 'too slow');
    }
    return outbox.drained;
  }

  /** Sends a message of a topic; answers whether more make sense. */
  deliver(message: Published): boolean {
    if (this.#state !== 'open') return false;
    const profile = this.#profile;
    const encode = (data: string | Uint8Array): EncodedFrame =>
      sharedFrame(messageFrame(profile, data, typeof data === 'string'));
    const { form } = profile;
    const frame = form === null ? encode(message.data) : message.as(form, encode);
    void this.sendFrame(frame, message.key);
    return true;
  }

  /** @throws WebSocketClosedError; WebSocketError `ERR_CONTROL_TOO_LONG` (WSK-38) */
  ping(data: string | Uint8Array = NO_DATA): void {
    const body = typeof data === 'string' ? Buffer.from(data) : data;
    if (body.byteLength > MAX_CONTROL_BYTES) {
      const message = `a ping carries at most ${MAX_CONTROL_BYTES} bytes, not ${body.byteLength}`;
      throw new WebSocketError('ERR_CONTROL_TOO_LONG', message);
    }
    if (this.#state !== 'open') throw new WebSocketClosedError();
    this.#sendControl('ping', body);
  }

  /**
   * Says that we are done, and waits for the peer to say so (WSK-11); after five seconds the connection is aborted.
   * Does nothing when it was said before. @throws WebSocketError `ERR_BAD_CLOSE`
   */
  close(code: number | null = null, reason = ''): void {
    const body = closeBody(code, reason);
    if (!this.#step('sendClose')) return;
    this.#isPinged = false;
    this.#awaitNext(CLOSE_TIMEOUT_MS);
    const frame = frameOf(this.#profile, OPCODE.close, body);
    if (this.#outbox === null) this.#write(frame);
    else this.#outbox.addClose(frame);
    this.#endIfDone();
  }

  /** WSK-7: whoever has the connection threw. */
  fail(error: unknown): void {
    this.#ownerFailed(error);
  }

  /** Ends at once. */
  abort(): void {
    this.transport.abort();
  }

  // From the transport.

  connectionMade(): void {
    // it was made before we came
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#isHeard = true;
    const held = this.#held;
    if (held === null) this.#feed(buffer, start, end, false);
    else this.#keep(held, buffer.subarray(start, end), false);
  }

  eofReceived(): boolean {
    const held = this.#held;
    if (!held?.rest) return false;
    held.isEof = true;
    return true;
  }

  pauseWriting(): void {
    this.#slow().isPaused = true;
  }

  resumeWriting(): void {
    const outbox = this.#outbox;
    if (outbox === null) return;
    outbox.isPaused = false;
    this.#goOnWriting(outbox);
  }

  connectionLost(_error: TransportError | null): void {
    this.#step('socketEnd');
    this.#loop.sweep.removeFixed(this);
    this.#giveReaderBack();
    const outbox = this.#outbox;
    this.#outbox = null;
    outbox?.fail();
    const status = this.#status;
    this.#owner.onConnectionEnd(status?.code ?? null, status === null ? null : status.reason);
  }

  /** From the sweep. */
  onDeadline(): void {
    if (this.#state !== 'open') {
      this.transport.abort();
      return;
    }
    const { pingIntervalMs, pingTimeoutMs } = this.#profile;
    if (!this.#isPinged) {
      this.#isPinged = true;
      this.#isHeard = false;
      this.#sendControl('ping', NO_DATA);
      this.#awaitNext(pingTimeoutMs === 0 ? pingIntervalMs : pingTimeoutMs);
    } else if (this.#isHeard || this.#held !== null || pingTimeoutMs === 0) {
      // Whoever says anything is there. While a handler is busy we do not listen, and cannot blame anybody for silence.
      this.#isPinged = false;
      const rest = pingIntervalMs - pingTimeoutMs;
      if (rest > 0 && pingTimeoutMs > 0) this.#awaitNext(rest);
      else this.onDeadline();
    } else {
      this.close(1000, 'ping timed out');
    }
  }

  // From the reader.

  get isClient(): boolean {
    return this.#profile.isClient;
  }

  get maxMessageBytes(): number {
    return this.#profile.maxMessageBytes;
  }

  get inflater(): Inflater | null {
    return this.#profile.deflate?.inflater ?? null;
  }

  get isTaking(): boolean {
    return this.#held === null && (this.#state === 'open' || this.#state === 'closeSent');
  }

  onText(text: string): void {
    this.#tell('onMessage', text);
  }

  onBinary(data: Buffer): void {
    this.#tell('onMessage', data);
  }

  onPing(data: Buffer): void {
    if (this.#state === 'open') this.#sendControl('pong', data);
    this.#tell('onPing', data);
  }

  onPong(data: Buffer): void {
    this.#tell('onPong', data);
  }

  onClose(status: CloseStatus): void {
    this.#status = status;
    if (!this.#step('receiveClose')) return;
    // RFC 6455 §5.5.1: the answer has the code that was received.
    if (this.#state === 'closeReceived') this.close(status.code, status.reason);
    else this.#endIfDone();
  }

  // The inside.

  /** @param isOwn Whether the bytes are ours to keep. */
  #feed(buffer: Buffer, start: number, end: number, isOwn: boolean): void {
    const reader = this.#reader ?? idleReaders.pop() ?? new MessageReader();
    this.#reader = reader;
    let at: number;
    try {
      at = reader.push(buffer, start, end, this);
    } catch (error) {
      this.#reader = null;
      this.#protocolFailed(error);
      return;
    }
    if (reader.isIdle) this.#giveReaderBack();
    const held = this.#held;
    if (at < end && held !== null) this.#keep(held, buffer.subarray(at, end), isOwn);
  }

  #giveReaderBack(): void {
    const reader = this.#reader;
    this.#reader = null;
    if (reader?.isIdle === true && idleReaders.length < IDLE_READERS_MAX) idleReaders.push(reader);
  }

  /** Nobody may hear of it yet, so no more is read meanwhile (WSK-6). */
  #keep(held: Held, more: Buffer, isOwn: boolean): void {
    if (held.rest !== null) held.rest = Buffer.concat([held.rest, more]);
    else held.rest = isOwn ? more : Buffer.from(more);
    if (held.isReadingPaused) return;
    held.isReadingPaused = true;
    this.transport.pauseReading();
  }

  /** WSK-7: whoever throws loses the connection. */
  #tell(method: 'onMessage' | 'onPing' | 'onPong', data: string | Buffer): void {
    try {
      const owner = this.#owner;
      const returned =
        method === 'onMessage' ? owner.onMessage(data) : owner[method](data as Buffer);
      const work = returned === undefined ? null : workOf(returned);
      if (work === null) return;
      if (work.done()) work.result();
      else this.#hold(work);
    } catch (error) {
      this.#ownerFailed(error);
    }
  }

  #hold(work: Future<unknown>): void {
    this.#held = { rest: null, isReadingPaused: false, isEof: false };
    work.addDoneCallback(() => {
      try {
        work.result();
      } catch (error) {
        this.#ownerFailed(error);
      }
      this.#release();
    });
  }

  /** The handler is ready for the next message. */
  #release(): void {
    const held = this.#held;
    this.#held = null;
    if (held === null || this.#state === 'ended') return;
    if (held.rest !== null) this.#feed(held.rest, 0, held.rest.length, true);
    const next = this.#held as Held | null;
    if (next?.rest !== null && next !== null) {
      next.isReadingPaused = held.isReadingPaused;
      next.isEof = held.isEof;
      return;
    }
    if (held.isReadingPaused) this.transport.resumeReading();
    if (held.isEof) this.transport.close();
  }

  #ownerFailed(error: unknown): void {
    this.#owner.onFailure(error);
    if (this.#state !== 'ended') this.#endWith(1011, '');
  }

  #protocolFailed(error: unknown): void {
    if (!(error instanceof RemoteProtocolError)) {
      this.#ownerFailed(error);
      return;
    }
    genLog.info('WebSocket protocol error: %s', error.message);
    this.#endWith(error.closeCode, error.message);
  }

  /** RFC 6455 §7.1.7: says why, and ends; nothing more is read. */
  #endWith(code: number, reason: string): void {
    this.#outbox?.drop();
    this.close(code, reason);
    this.#step('receiveClose');
    this.#endIfDone();
  }

  #step(event: 'sendClose' | 'receiveClose' | 'socketEnd'): boolean {
    const next = closeStep(this.#state, event);
    if (next === null) return false;
    this.#state = next;
    return true;
  }

  /** RFC 6455 §7.1.1: the server closes the connection first, once both sides have said all. */
  #endIfDone(): void {
    if (this.#state !== 'closeBoth' || this.#outbox !== null) return;
    // A peer that broke the protocol may still be sending: a reset would take our last words away from it.
    if (this.#status === null) this.transport.end();
    else if (!this.#profile.isClient) this.transport.close();
  }

  #awaitNext(delayMs: number): void {
    const { sweep } = this.#loop;
    sweep.removeFixed(this);
    if (delayMs === 0 || this.#state === 'ended') return;
    this.deadlineMs = this.#loop.time() + delayMs;
    sweep.addFixed(this);
  }

  #sendControl(kind: 'ping' | 'pong', body: Uint8Array): void {
    const frame = frameOf(this.#profile, kind === 'ping' ? OPCODE.ping : OPCODE.pong, body);
    if (this.#outbox === null) this.#write(frame);
    else this.#outbox.addControl(kind, frame);
  }

  #write(frame: EncodedFrame): void {
    const { transport } = this;
    if (transport.isClosing) return;
    if (typeof frame === 'string') transport.writeLatin1(frame);
    else transport.write(frame);
  }

  /** Whoever sends much in one event has to let the transport have its turn. */
  #sent(bytes: number): Future<void> {
    this.#burstBytes += bytes;
    if (this.#burstBytes < BURST_BYTES) return READY;
    const outbox = this.#slow();
    this.#loop.addCallback(goOn, this);
    return outbox.drained;
  }

  #slow(): Outbox {
    this.#outbox ??= new Outbox(this.#profile.maxWaitingBytes, this.#profile.policy);
    return this.#outbox;
  }

  /** A turn of the loop later: what was sent has been offered to the kernel. */
  afterTurn(): void {
    const outbox = this.#outbox;
    if (outbox !== null && !outbox.isPaused) this.#goOnWriting(outbox);
  }

  #goOnWriting(outbox: Outbox): void {
    this.#burstBytes = 0;
    while (this.#burstBytes < BURST_BYTES) {
      const frame = outbox.next();
      if (frame === null) {
        this.#outbox = null;
        this.#endIfDone();
        if (!outbox.drained.done()) outbox.drained.setResult();
        return;
      }
      this.#write(frame);
      this.#burstBytes += frame.length;
    }
    this.#loop.addCallback(goOn, this);
  }
}

function goOn(connection: WebSocketConnection): void {
  connection.afterTurn();
}

const NO_OPTIONS: SendOptions = {};

function closed(): Future<void> {
  const future = new Future<void>();
  future.setException(new WebSocketClosedError());
  future.exception();
  return future;
}
