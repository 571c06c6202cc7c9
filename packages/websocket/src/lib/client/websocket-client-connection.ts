// The client's end of a WebSocket, as its user sees it. Must not know: how it came about (client-handshake.ts).
import { genLog } from '@typhoon/log';
import { WebSocketClosedError } from '../websocket-error.ts';
import type { Future } from '@typhoon/concurrent';
import type { HTTPHeaders } from '@typhoon/http1';
import type { SendOptions, WebSocketConnection } from '../connection/websocket-connection.ts';
import type { ClientInbox } from './client-inbox.ts';

/** WSK-28: nobody can read from it or close it any more. */
const forgotten = new FinalizationRegistry<WebSocketConnection>((connection) => {
  if (connection.state !== 'open') return;
  genLog.warning('Unclosed WebSocketClientConnection: it was forgotten and is closed now');
  connection.close(1001);
});

/**
 * One connection to a server; `websocketConnect` makes it. Messages come by `readMessage` or by `for await`; while nobody asks for
 * the next one, no more than that is read, and the server has to wait.
 */
export class WebSocketClientConnection implements AsyncIterable<string | Buffer> {
  /** The header fields of the server's answer. */
  readonly headers: HTTPHeaders;
  /** The subprotocol that the server chose, or null (WSK-23). */
  readonly selectedSubprotocol: string | null;
  readonly #inbox: ClientInbox;
  #connection: WebSocketConnection | null;

  /** @param isWatched Whether its user reads by itself: without it nobody would. */
  constructor(
    connection: WebSocketConnection,
    inbox: ClientInbox,
    headers: HTTPHeaders,
    isWatched: boolean,
  ) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.headers = headers;
    this.selectedSubprotocol = headers.get('Sec-WebSocket-Protocol') ?? null;
    if (isWatched) forgotten.register(this, connection, this);
  }

  /** The connection; null once `close` was called (WSK-28). */
  get protocol(): WebSocketConnection | null {
    return this.#connection;
  }

  /** The code that the server closed with; null before, and where it said none. */
  get closeCode(): number | null {
    return this.#inbox.closeCode;
  }

  /** The reason that it gave; null before. */
  get closeReason(): string | null {
    return this.#inbox.closeReason;
  }

  /** Bytes that were sent and have not left this process. */
  get bufferedAmount(): number {
    return this.#connection?.bufferedAmount ?? 0;
  }

  /**
   * Sends a message. @returns Settled when more may be sent. @throws WebSocketClosedError
   */
  writeMessage(message: string | Uint8Array, options?: SendOptions): Future<void> {
    return this.#open().send(message, options);
  }

  /** The next message; null when the connection has ended (WSK-26). */
  readMessage(): Future<string | Buffer | null> {
    return this.#inbox.read();
  }

  /** @throws WebSocketClosedError; WebSocketError `ERR_CONTROL_TOO_LONG` */
  ping(data: string | Uint8Array = ''): void {
    this.#open().ping(data);
  }

  /** Ends the connection in order; messages that are on their way can still be read. @throws WebSocketError `ERR_BAD_CLOSE` */
  close(code: number | null = null, reason = ''): void {
    this.#connection?.close(code, reason);
    this.#connection = null;
    forgotten.unregister(this);
  }

  /** As `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** All messages until the end; leaving the loop early closes the connection. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string | Buffer> {
    try {
      for (;;) {
        const message = await this.readMessage();
        if (message === null) return;
        yield message;
      }
    } finally {
      this.close();
    }
  }

  #open(): WebSocketConnection {
    if (this.#connection === null) throw new WebSocketClosedError();
    return this.#connection;
  }
}
