// One request's answer on the wire. Owns: head, framing, backpressure, what may be called when.
// Must not know: reading, other requests, sockets beyond the transport's `write`.
// HOT: `pnpm bench http`
import { Future } from '@typhoon/concurrent';
import { BodyWriter, HTTPOutputError, lastChunk, statusLine } from '@typhoon/http1';
import { carryContexts, TransportError } from '@typhoon/ioloop';
import { headText, isShortAscii } from './head-text.ts';
import { EVENT_BYTES, failWriting, WritePace, type PaceLoop } from './write-pace.ts';
import type {
  ConnectionContext,
  DrainListener,
  HTTPConnection,
  ResponseStartLine,
  RestingRequest,
} from './http-connection.ts';
import type { RequestAbortedError } from './request-aborted-error.ts';
import type { RequestWatch } from './request-watch.ts';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
import type { Transport } from '@typhoon/ioloop';

/** All that an exchange asks of the connection it belongs to, until it is finished: then that may serve somebody else. */
export interface ExchangeOwner {
  /** Where the answer goes. */
  readonly transport: Transport;
  /** Whether another request may follow. */
  readonly canKeepAlive: boolean;
  /** Whether the server drains. */
  readonly isDraining: boolean;
  /** Limits the body of the request that is being read. */
  setMaxBodySize(bytes: number): void;
  /** Limits the time in which it must come. */
  setBodyTimeout(timeoutMs: number): void;
  /** Limits the time in which the request must be answered; made when it is first asked for. */
  readonly watch: Pick<RequestWatch, 'limit' | 'endMs'>;
  /** Told of pieces from `LARGE_BYTES` on, and of all while the client is slow to read. */
  wrote(bytes: number): void;
  /** The answer is complete. */
  exchangeFinished(exchange: Exchange): void;
  /** The connection is somebody else's from here on. */
  detach(exchange: Exchange, onDrain: DrainListener | (() => void) | null): GivenAway;
}

/** A connection that was given away. */
export interface GivenAway {
  readonly transport: Transport;
  /** When the head of its request came. */
  readonly sinceMs: number;
  /** As of `HTTPConnection`. */
  rest(): RestingRequest | null;
}

/** All that an exchange asks of the loop. */
export interface ExchangeClock extends PaceLoop {
  /** Calls `callback` in the next turn. */
  addCallback(callback: () => void): void;
  /** The present instant. */
  time(): number;
  /** When the present event began, or nearly. */
  readonly eventTime: number;
}

/** What every answer begins with (H1C-28), whatever it will be. */
const BEGINNING = 'HTTP/1.1 ';
/** As many as a client surely takes before the size of a chunk (RFC 9112 §7.1: leading zeros mean nothing). */
const ZEROS_MAX = 8;
/** Smaller pieces are not worth counting. */
const LARGE_BYTES = 4096;
/** A chunk's size, and the ends of its lines; nearly always less. */
const CHUNK_FRAMING_BYTES = 12;

/** More may be written: what every write answers while the client keeps up. */
const READY: Future<void> = Future.resolved(undefined);

/** `waiting` nothing is sent; `body` the head is; `finished` all is; `gone` the client is, or the connection was detached. */
type State = 'waiting' | 'body' | 'finished' | 'gone';

/** Owns an exchange whose connection is somebody else's. */
const NOBODY: ExchangeOwner = {
  get transport(): Transport {
    throw closedError();
  },
  canKeepAlive: false,
  isDraining: false,
  setMaxBodySize: () => undefined,
  setBodyTimeout: () => undefined,
  watch: { limit: () => undefined, endMs: Infinity },
  wrote: () => undefined,
  exchangeFinished: () => undefined,
  detach: () => {
    throw closedError();
  },
};

function closedError(): TransportError {
  return new TransportError('ERR_TRANSPORT_CLOSED', 'the connection was given away');
}

/** The answering side of one request. */
export class Exchange implements HTTPConnection {
  readonly context: ConnectionContext;
  /** Nobody once the connection was given away: whoever keeps the request does not keep what served it. */
  #owner: ExchangeOwner;
  readonly #clock: ExchangeClock;
  /** When the head came. */
  readonly startMs: number;
  /** Of the request that is answered. */
  readonly head: RequestHead;
  #state: State = 'waiting';
  #body: BodyWriter | null = null;
  #isKeepAlive = false;
  #closeCallback: (() => void) | null = null;
  #drainListener: DrainListener | null = null;
  /** Made for an answer that comes in pieces, or a client that is slow to read. */
  #pace: WritePace | null = null;
  /** Bytes of the body, until there is a pace. */
  #written = 0;
  /** Bytes of the beginning, or zeros before a chunk, that have gone out ahead. */
  #ahead = 0;
  #controller: AbortController | null = null;
  #abortReason: RequestAbortedError | null = null;
  #givenAway: GivenAway | null = null;

  constructor(
    owner: ExchangeOwner,
    head: RequestHead,
    context: ConnectionContext,
    clock: ExchangeClock,
    startMs: number = clock.eventTime,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.startMs = startMs;
    this.head = head;
    this.context = context;
  }

  /** That of a request whose connection was given away: nothing can be answered any more. */
  static givenAway(
    connection: GivenAway,
    head: RequestHead,
    context: ConnectionContext,
    clock: ExchangeClock,
  ): Exchange {
    const exchange = new Exchange(NOBODY, head, context, clock, connection.sinceMs);
    exchange.#state = 'gone';
    exchange.#givenAway = connection;
    return exchange;
  }

  /** Whether the head has gone out. */
  get isHeadSent(): boolean {
    return this.#state !== 'waiting';
  }

  /** Whether the answer is complete, or nobody is there to get it. */
  get isFinished(): boolean {
    return this.#state === 'finished' || this.#state === 'gone';
  }

  /** Whether the client was told that it may send another request. */
  get isKeepAlive(): boolean {
    return this.#isKeepAlive;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get requestDeadlineMs(): number {
    return this.isFinished ? Infinity : this.#owner.watch.endMs;
  }

  get isClosed(): boolean {
    return this.#state === 'gone';
  }

  elapsedMs(): number {
    return this.#clock.time() - this.startMs;
  }

  writeHeaders(
    startLine: ResponseStartLine,
    headers: HTTPHeaders,
    chunk?: Uint8Array | string,
  ): Future<void> {
    if (this.#state === 'gone') return failWriting(new Future<void>());
    if (this.#state !== 'waiting') {
      throw new HTTPOutputError(
        'ERR_HEAD_ALREADY_SENT',
        'the head of this answer was sent already',
      );
    }
    const head = this.head;
    const { code } = startLine;
    const body = BodyWriter.forResponse(head.method, head.minorVersion, code, headers);
    const line = statusLine(code, startLine.reason);
    if (code < 200) {
      // RFC 9110 §15.2: an interim answer; the final one is still to come.
      this.#owner.transport.writeLatin1(this.withoutAhead(`${line}${headers.toWire()}\r\n`));
      return this.#progress();
    }
    // The usual answer is one text.
    const isOne =
      typeof chunk === 'string' &&
      body.kind === 'length' &&
      this.#pace === null &&
      isShortAscii(chunk);
    if (isOne) body.count(chunk.length);
    this.#body = body;
    this.#state = 'body';
    this.#isKeepAlive = this.#decideKeepAlive(headers, body);
    const end = body.headerLines + this.#connectionLine(headers);
    const text = headText(line, headers.toWire(), end);
    const whole = isOne ? text + chunk : text;
    this.#owner.transport.writeLatin1(this.#ahead === 0 ? whole : this.withoutAhead(whole));
    return chunk === undefined || isOne ? this.#progress() : this.write(chunk);
  }

  write(chunk: Uint8Array | string): Future<void> {
    if (this.#state === 'gone') return failWriting(new Future<void>());
    const body = this.#body;
    if (body === null || this.#state !== 'body') {
      throw new HTTPOutputError(
        'ERR_NOT_WRITABLE',
        `cannot write a body: the answer is ${this.#state}`,
      );
    }
    const size = typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength;
    if (size === 0) return this.#progress();
    body.count(size);
    if (body.kind === 'none') return this.#progress();
    const { transport } = this.#owner;
    if (size >= LARGE_BYTES || this.#pace !== null) this.#owner.wrote(size);
    if (body.kind === 'chunked') transport.writeLatin1(`${size.toString(16)}\r\n`);
    // Text of one byte a character need not become a buffer first.
    if (typeof chunk === 'string' && chunk.length === size) transport.writeLatin1(chunk);
    else transport.write(chunk);
    if (body.kind === 'chunked') transport.writeLatin1('\r\n');
    this.#count(body.kind === 'chunked' ? size + CHUNK_FRAMING_BYTES : size);
    return this.#progress();
  }

  finish(trailers?: HTTPHeaders): void {
    if (this.#state === 'gone') return;
    const body = this.#body;
    if (body === null || this.#state !== 'body') {
      throw new HTTPOutputError('ERR_NOT_WRITABLE', `cannot finish: the answer is ${this.#state}`);
    }
    body.finish();
    if (body.kind === 'chunked') this.#owner.transport.writeLatin1(lastChunk(trailers));
    this.#state = 'finished';
    this.#closeCallback = null;
    this.#pace?.end();
    this.#owner.exchangeFinished(this);
  }

  setCloseCallback(callback: (() => void) | null): void {
    this.#closeCallback = callback === null ? null : carryContexts(callback);
  }

  setMaxBodySize(bytes: number): void {
    if (!this.isFinished) this.#owner.setMaxBodySize(bytes);
  }

  setBodyTimeout(timeoutMs: number): void {
    if (!this.isFinished) this.#owner.setBodyTimeout(timeoutMs);
  }

  setRequestTimeout(timeoutMs: number): void {
    if (!this.isFinished) this.#owner.watch.limit(timeoutMs);
  }

  setDrainListener(listener: DrainListener | null): void {
    this.#drainListener = listener;
    if (listener !== null && this.#owner.isDraining) this.serverDrains();
  }

  detach(onDrain?: DrainListener | (() => void)): Transport {
    if (this.isFinished) {
      const message = `cannot detach a connection whose answer is ${this.#state}`;
      throw new HTTPOutputError('ERR_NOT_WRITABLE', message);
    }
    if (this.#ahead > 0) {
      const message =
        'cannot detach: a part of the answer was sent ahead to a client that has ended its half';
      throw new HTTPOutputError('ERR_HEAD_ALREADY_SENT', message);
    }
    this.#state = 'gone';
    this.#closeCallback = null;
    this.#pace?.end();
    const owner = this.#owner;
    this.#owner = NOBODY;
    this.#givenAway = owner.detach(this, onDrain ?? null);
    return this.#givenAway.transport;
  }

  rest(): RestingRequest | null {
    return this.#givenAway?.rest() ?? null;
  }

  // From the connection.

  /** The server drains. */
  serverDrains(): void {
    if (this.#drainListener === null || this.isFinished) return;
    this.#clock.addCallback(() => {
      const listener = this.#drainListener;
      this.#drainListener = null;
      if (!this.isFinished) listener?.onDrain();
    });
  }

  /** The client reads slower than we write. */
  pauseWriting(): void {
    this.#pace ??= new WritePace(this.#clock, this.#owner.transport);
    this.#pace.pause();
  }

  /** The client has caught up. */
  resumeWriting(): void {
    this.#pace?.resume();
  }

  /** Sends a byte that changes nothing: who is gone answers with a reset. */
  probe(): void {
    const { transport } = this.#owner;
    // What begins the answer to this one is perhaps not ours.
    if (this.head.method === 'CONNECT' || this.head.headers.has('Upgrade')) return;
    if (this.#state === 'waiting' && this.#ahead < BEGINNING.length) {
      transport.writeLatin1(BEGINNING.charAt(this.#ahead++));
    } else if (this.#body?.kind === 'chunked' && this.#ahead < ZEROS_MAX) {
      transport.writeLatin1('0');
      this.#ahead++;
    }
  }

  /** What is left to be sent of a head. */
  withoutAhead(text: string): string {
    const rest = text.slice(this.#ahead);
    this.#ahead = 0;
    return rest;
  }

  /** The client is gone, or must be given up. */
  clientGone(reason: RequestAbortedError): void {
    if (this.isFinished) return;
    this.#state = 'gone';
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    this.#pace?.fail();
    const callback = this.#closeCallback;
    this.#closeCallback = null;
    callback?.();
  }

  #count(bytes: number): void {
    const written = (this.#written += bytes);
    if (this.#pace === null && written + bytes <= EVENT_BYTES) return;
    this.#pace ??= new WritePace(this.#clock, this.#owner.transport, written - bytes);
    this.#pace.wrote(bytes);
  }

  #progress(): Future<void> {
    return this.#pace?.pending ?? READY;
  }

  /** RFC 9112 §9.3. A body that only the end of the connection ends, ends the connection. */
  #decideKeepAlive(headers: HTTPHeaders, body: BodyWriter): boolean {
    if (!this.head.keepAlive || !this.#owner.canKeepAlive || body.kind === 'close') return false;
    return !hasOption(headers, 'close');
  }

  /** H1C-23: says what happens to the connection, unless the application has said it, and ends the head. */
  #connectionLine(headers: HTTPHeaders): string {
    if (this.#isKeepAlive) {
      if (this.head.minorVersion === 1 || hasOption(headers, 'keep-alive')) return '\r\n';
      return 'Connection: Keep-Alive\r\n\r\n';
    }
    return hasOption(headers, 'close') ? '\r\n' : 'Connection: close\r\n\r\n';
  }
}

/** Whether the application's Connection header lists that option (RFC 9110 §7.6.1). */
function hasOption(headers: HTTPHeaders, option: string): boolean {
  const options = headers.getNormalized('Connection');
  if (options === undefined) return false;
  return options.split(',').some((one) => one.trim().toLowerCase() === option);
}
