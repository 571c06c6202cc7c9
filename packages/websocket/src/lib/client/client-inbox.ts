// Messages on their way to whoever reads a client's connection. Owns: that at most one waits unread (WSK-26), the callback
// (WSK-27), the end. Must not know: frames, sockets.
import { isThenable } from '@typhoon/ioloop';
import { Future } from '@typhoon/concurrent';
import { appLog } from '@typhoon/log';
import type { ConnectionOwner } from '../connection/websocket-connection.ts';

/** Gets each message, and null at the end. What it returns is waited for before the next. */
export type MessageCallback = (message: string | Buffer | null) => unknown;

/** Between one connection and its reader. */
export class ClientInbox implements ConnectionOwner {
  closeCode: number | null = null;
  closeReason: string | null = null;
  readonly #callback: MessageCallback | null;
  /** The message that nobody has asked for, and what the connection waits for before it reads on. */
  #waiting: { readonly message: string | Buffer; readonly taken: Future<void> } | null = null;
  #readers: Future<string | Buffer | null>[] = [];
  #isEnded = false;

  constructor(callback: MessageCallback | null) {
    this.#callback = callback;
  }

  /** The next message; null when there are no more. */
  read(): Future<string | Buffer | null> {
    const waiting = this.#waiting;
    if (waiting !== null) {
      this.#waiting = null;
      waiting.taken.setResult();
      return Future.resolved<string | Buffer | null>(waiting.message);
    }
    if (this.#isEnded) return Future.resolved<string | Buffer | null>(null);
    const reader = new Future<string | Buffer | null>();
    this.#readers.push(reader);
    return reader;
  }

  onMessage(message: string | Buffer): unknown {
    if (this.#callback !== null) return this.#callback(message);
    // A reader that was given up takes nothing.
    let reader = this.#readers.shift();
    while (reader?.done() === true) reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.setResult(message);
      return undefined;
    }
    const taken = new Future<void>();
    this.#waiting = { message, taken };
    return taken;
  }

  onPing(): undefined {
    return undefined;
  }

  onPong(): undefined {
    return undefined;
  }

  onFailure(error: unknown): void {
    appLog.error('Uncaught exception in a WebSocket client', error);
  }

  onConnectionEnd(code: number | null, reason: string | null): void {
    this.closeCode = code;
    this.closeReason = reason;
    this.#isEnded = true;
    for (const reader of this.#readers.splice(0)) if (!reader.done()) reader.setResult(null);
    if (this.#callback === null) return;
    try {
      const returned = this.#callback(null);
      if (isThenable(returned)) {
        returned.then(undefined, (error: unknown) => {
          this.onFailure(error);
        });
      }
    } catch (error) {
      this.onFailure(error);
    }
  }
}
