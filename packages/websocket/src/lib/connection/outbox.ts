// Frames that wait for a slow peer. Owns: their order. Must not know: sockets, which messages go when there is no room (Backlog).
//
// Control frames do not wait for messages, and of pongs the last says all (RFC 6455 §5.5.3); a close frame is the last of all.
import { Future } from '@typhoon/concurrent';
import { Backlog } from '@typhoon/topic';
import { WebSocketClosedError } from '../websocket-error.ts';
import type { EncodedFrame } from '../protocol/frame-writer.ts';

/** What waits for one peer. Made when there is something to wait, gone when there is not. */
export class Outbox extends Backlog<EncodedFrame> {
  /** Whether the transport has said that it has enough. */
  isPaused = false;
  /** Settled when all has gone out; what `send` answers meanwhile. */
  readonly drained: Future<void> = new Future<void>();
  #ping: EncodedFrame | null = null;
  #pong: EncodedFrame | null = null;
  #close: EncodedFrame | null = null;

  /** A ping or pong has to wait, in place of the last one. */
  addControl(kind: 'ping' | 'pong', frame: EncodedFrame): void {
    if (kind === 'ping') this.#ping = frame;
    else this.#pong = frame;
  }

  /** The last frame has to wait. */
  addClose(frame: EncodedFrame): void {
    this.#close = frame;
  }

  /** The next frame that is to be sent; null when there is none. */
  next(): EncodedFrame | null {
    const pong = this.#pong;
    this.#pong = null;
    if (pong !== null) return pong;
    const ping = this.#ping;
    this.#ping = null;
    if (ping !== null) return ping;
    const message = this.take();
    if (message !== null) return message;
    const close = this.#close;
    this.#close = null;
    return close;
  }

  /** The connection has ended. */
  fail(): void {
    this.drop();
    if (this.drained.done()) return;
    this.drained.setException(new WebSocketClosedError());
    this.drained.exception(); // nobody need look at it
  }
}
