// Messages that wait for a slow peer. Owns: how many, and which of them go when there is no room. Must not know: frames, sockets.
//
// Control frames do not wait for messages, and of pongs the last says all (RFC 6455 §5.5.3); a close frame is the last of all.
import { Future } from '@typhoon/concurrent';
import { WebSocketClosedError } from '../websocket-error.ts';
import type { EncodedFrame } from '../protocol/frame-writer.ts';
import type { SlowReaderPolicy } from './connection-profile.ts';

interface Waiting {
  frame: EncodedFrame;
  readonly key: string | undefined;
}

/** With the policy `wait`, who sends on without waiting is let so many times the limit. */
const HARD_LIMIT_FACTOR = 4;
/** So many taken ones stay in front before they are cut off. */
const CUT_FROM = 64;

/** What waits for one peer. Made when there is something to wait, gone when there is not. */
export class Outbox {
  /** Bytes of messages that wait. */
  bytes = 0;
  /** Whether the transport has said that it has enough. */
  isPaused = false;
  /** Settled when all has gone out; what `send` answers meanwhile. */
  readonly drained: Future<void> = new Future<void>();
  readonly #maxBytes: number;
  readonly #policy: SlowReaderPolicy;
  #queue: Waiting[] = [];
  #first = 0;
  #byKey: Map<string, Waiting> | null = null;
  #ping: EncodedFrame | null = null;
  #pong: EncodedFrame | null = null;
  #close: EncodedFrame | null = null;

  constructor(maxBytes: number, policy: SlowReaderPolicy) {
    this.#maxBytes = maxBytes;
    this.#policy = policy;
  }

  /** A message has to wait; answers whether the connection may go on. */
  add(frame: EncodedFrame, key: string | undefined): boolean {
    if (!this.#replace(frame, key)) {
      const waiting = { frame, key };
      this.#queue.push(waiting);
      this.bytes += frame.length;
      if (key !== undefined && this.#policy === 'keepLatest') {
        this.#byKey ??= new Map();
        this.#byKey.set(key, waiting);
      }
    }
    if (this.bytes <= this.#maxBytes) return true;
    if (this.#policy === 'wait') return this.bytes <= HARD_LIMIT_FACTOR * this.#maxBytes;
    if (this.#policy === 'close') return false;
    // The newest stays, however large it is.
    while (this.bytes > this.#maxBytes && this.#queue.length - this.#first > 1) this.#shift();
    return true;
  }

  /** A ping or pong has to wait, in place of the last one. */
  addControl(kind: 'ping' | 'pong', frame: EncodedFrame): void {
    if (kind === 'ping') this.#ping = frame;
    else this.#pong = frame;
  }

  /** The last frame has to wait. */
  addClose(frame: EncodedFrame): void {
    this.#close = frame;
  }

  /** The next one that is to be sent; null when there is none. */
  take(): EncodedFrame | null {
    const control = this.#pong ?? this.#ping;
    if (control !== null) {
      if (this.#pong !== null) this.#pong = null;
      else this.#ping = null;
      return control;
    }
    const frame = this.#shift();
    if (frame !== null) return frame;
    const close = this.#close;
    this.#close = null;
    return close;
  }

  /** Nobody will get the messages that wait. */
  drop(): void {
    this.#queue = [];
    this.#first = 0;
    this.bytes = 0;
    this.#byKey = null;
  }

  /** The connection has ended. */
  fail(): void {
    this.drop();
    if (this.drained.done()) return;
    this.drained.setException(new WebSocketClosedError());
    this.drained.exception(); // nobody need look at it
  }

  /** The message of this key that waits is another now; it keeps its place. */
  #replace(frame: EncodedFrame, key: string | undefined): boolean {
    const waiting = key === undefined ? undefined : this.#byKey?.get(key);
    if (waiting === undefined) return false;
    this.bytes += frame.length - waiting.frame.length;
    waiting.frame = frame;
    return true;
  }

  #shift(): EncodedFrame | null {
    const waiting = this.#queue[this.#first];
    if (waiting === undefined) return null;
    this.#first++;
    if (this.#first >= CUT_FROM && 2 * this.#first >= this.#queue.length) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
    this.bytes -= waiting.frame.length;
    if (waiting.key !== undefined && this.#byKey?.get(waiting.key) === waiting) {
      this.#byKey.delete(waiting.key);
    }
    return waiting.frame;
  }
}
