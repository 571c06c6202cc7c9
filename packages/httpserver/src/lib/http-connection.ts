// The interfaces between the wire and the application, in Tornado's words: delegates hear a message come in, an
// HTTPConnection takes the answer. Routers, frameworks and tests implement or wrap them.
import type { ProxyHeader } from './proxy-header.ts';
import type { Future } from '@typhoon/concurrent';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';

/** What a delegate's method may return: nothing, or something to be waited for before more is read (flow control). */
export type Awaitable = PromiseLike<unknown> | undefined;

/** Hears one request: `headersReceived` once, `dataReceived` for each piece of the body, then exactly one of the others. */
export interface HTTPMessageDelegate {
  /** The head is complete and valid. */
  headersReceived(head: RequestHead): Awaitable;
  /** A piece of the body, never empty. The bytes are borrowed: copy what is kept (H1C-19). */
  dataReceived(chunk: Buffer): Awaitable;
  /** Fields behind a body in chunks; once, before `finish`, and only when there are some. */
  trailersReceived?(trailers: HTTPHeaders): void;
  /** The request is complete: time to answer. A failure of what is returned closes the connection (H1C-8). */
  finish(): unknown;
  /** The client has gone before the request was complete or answered. */
  onConnectionClose(): void;
}

/** Hears the requests of a server. */
export interface HTTPServerConnectionDelegate {
  /** A request begins; `connection` is how to answer it. */
  startRequest(connection: HTTPConnection): HTTPMessageDelegate;
  /** A client's connection has ended, or was detached; called once for each (H1C-37). */
  onClose?(context: ConnectionContext): void;
}

/** The status line of an answer. */
export interface ResponseStartLine {
  /** 100 to 599. */
  readonly code: number;
  /** Reason phrase; the standard one by default. */
  readonly reason?: string;
}

/** What is known of the connection a request came on. */
export interface ConnectionContext {
  /** The client's IP address; `0.0.0.0` for a unix socket (HSV-9). From headers when `xheaders` is on. */
  readonly remoteIp: string;
  /** `http` or `https`. */
  readonly protocol: string;
  /** The connection itself, for its addresses and TLS. */
  readonly transport: Transport;
  /** What a proxy said of it by the PROXY protocol; absent or null when none did. */
  readonly proxyHeader?: ProxyHeader | null;
}

/** Who hears that the server drains. */
export interface DrainListener {
  onDrain(): void;
}

/** What is kept of a request whose connection was given away, while nobody looks at it. */
export interface RestingRequest {
  /** As it came. */
  readonly head: RequestHead;
  /** A connection to make an HTTPServerRequest with. */
  connection(): HTTPConnection;
}

/** How one request is answered: head first, then the body in pieces, then the end. */
export interface HTTPConnection {
  /** Where the request came from. */
  readonly context: ConnectionContext;
  /**
   * Sends the head, and a first piece of the body with it as one write (H1C-41). Without Content-Length the body is
   * chunked, where the client can take that (H1C-26). `Date` is not added: headers go out as they are, but for
   * `Connection` and `Transfer-Encoding`. A string is sent as UTF-8.
   *
   * @returns Settled when more may be written: at once, unless the client is slow.
   * @throws HTTPOutputError for an invalid Content-Length, or a body where none may be (H1C-31, SEC-1).
   */
  writeHeaders(
    startLine: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: Uint8Array | string,
  ): Future<void>;
  /**
   * Sends a piece of the body; the bytes are the connection's from here on.
   *
   * @returns As for `writeHeaders`. When the client is gone it fails; nobody need look at that (H1C-34).
   * @throws HTTPOutputError when that is more than Content-Length said (H1C-30).
   */
  write(chunk: Uint8Array | string): Future<void>;
  /**
   * Ends the answer.
   *
   * @param trailers Fields behind the body. They are dropped where the answer is not sent in chunks.
   * @throws HTTPOutputError when the body is shorter than Content-Length said (H1C-30), or a field must not stand there.
   */
  finish(trailers?: HTTPHeaders): void;
  /** Calls back when the client goes while the request is unanswered; null to forget it (H1C-36). */
  setCloseCallback(callback: (() => void) | null): void;
  /** Limits the body of this request; only while its head is being handled (H1C-21). */
  setMaxBodySize(bytes: number): void;
  /** In what time the body of this request must come, at whatever rate; only while its head is being handled (H1C-21). */
  setBodyTimeout(timeoutMs: number): void;
  /**
   * Takes the connection out of the server's hands; whoever calls owns the transport from here on (H1C-42). Its reading is
   * paused: call `setProtocol`, then `resumeReading`, or give it to an IOStream. Bytes behind the request come first.
   *
   * @param onDrain Called once when the server drains, which then waits for the transport to close. Without it the server has
   * nothing more to do with the connection.
   * @throws HTTPOutputError `ERR_HEAD_ALREADY_SENT` when the client has ended its half and had not asked for an upgrade: a part of
   * the answer may have gone ahead then, to find out whether it is still there. An answer, 101 for one, can be written.
   */
  detach(onDrain?: DrainListener | (() => void)): Transport;
  /**
   * Who hears, once, that the server drains, before the answer is complete; in the next turn when it does already. For answers that would
   * go on until the drain gives them up. Null to forget it.
   */
  setDrainListener?(listener: DrainListener | null): void;
  /** From now on the request has so many milliseconds until it is answered; `Infinity` for no limit. */
  setRequestTimeout(timeoutMs: number): void;
  /** When the request must be answered, on `IOLoop.time()`; `Infinity` without a limit. */
  readonly requestDeadlineMs: number;
  /**
   * Aborts when nobody will get the answer: the client is gone, the deadline has passed, or the server gives up. Its reason is
   * a RequestAbortedError. Never once the answer is complete. Made when it is first asked for.
   */
  readonly signal: AbortSignal;
  /** Whether the client is gone. */
  readonly isClosed: boolean;
  /** Behind `detach`: keeps what the request can be made of again, and nothing else; null where that cannot be. */
  rest?(): RestingRequest | null;
  /** Milliseconds since the request's head came. A connection that does not say has requests read the clock as they are made. */
  elapsedMs?(): number;
}
