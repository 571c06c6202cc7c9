// One client's connection: bytes in, requests out one after another (H1C-24). Owns: what is read when, keep-alive,
// deadlines, how a connection ends. Must not know: how an answer is framed (exchange.ts), the grammar (@typhoon/http1).
// HOT: `pnpm bench http`
//
//            head complete        body complete          answered
//   [ head ] ------------> [ body ] ------------> [ answer ] --------> [ head ]   kept alive
//                              |                       '-------------> [ closed ] otherwise
//                              '- answered too early, or malformed --> [ linger ] input is dropped until the client ends
import { HTTPInputError, RequestParser, statusLine } from '@typhoon/http1';
import { genLog } from '@typhoon/log';
import { proxiedContext, SocketContext } from './context.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeOwner } from './exchange.ts';
import type {
  ConnectionContext,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
} from './http-connection.ts';
import type { RequestHead, RequestSink } from '@typhoon/http1';
import type { Expirable, IOLoop, Protocol, Transport } from '@typhoon/ioloop';

/** A server's options, resolved. */
export interface ConnectionSettings {
  readonly noKeepAlive: boolean;
  readonly xheaders: boolean;
  readonly trustedDownstream: ReadonlySet<string>;
  readonly protocol: string | undefined;
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
  readonly idleTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

type State = 'head' | 'body' | 'answer' | 'linger' | 'closed' | 'detached';

/** How long a client that was answered before it had sent everything may take to read the answer. */
const LINGER_MS = 2_000;

/** Serves one client. */
export class ServerConnection implements Protocol, RequestSink, Expirable, ExchangeOwner {
  deadlineMs: number = Number.POSITIVE_INFINITY;
  readonly #loop: IOLoop;
  readonly #app: HTTPServerConnectionDelegate;
  readonly #settings: ConnectionSettings;
  readonly #onGone: () => void;
  readonly #parser: RequestParser;
  #transport: Transport | null = null;
  #context: SocketContext | null = null;
  #state: State = 'head';
  #exchange: Exchange | null = null;
  #delegate: HTTPMessageDelegate | null = null;
  /** Bytes that came while nothing may be parsed; a copy. */
  #rest: Buffer | null = null;
  #isFeeding = false;
  /** The delegate asked for time before it takes more. */
  #isHeld = false;
  #onShut: (() => void) | null = null;

  constructor(
    loop: IOLoop,
    app: HTTPServerConnectionDelegate,
    settings: ConnectionSettings,
    onGone: () => void,
  ) {
    this.#loop = loop;
    this.#app = app;
    this.#settings = settings;
    this.#onGone = onGone;
    this.#parser = new RequestParser(this, settings);
  }

  // From the transport.

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#context = new SocketContext(transport, this.#settings.protocol);
    this.#setDeadline(this.#settings.idleTimeoutMs);
    this.#loop.sweep.add(this);
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    if (this.#rest !== null) {
      this.#rest = Buffer.concat([this.#rest, buffer.subarray(start, end)]);
      return;
    }
    this.#feed(buffer, start, end);
  }

  eofReceived(): undefined {
    // As Tornado does, the end of the client's half is the end of the client; what was written is still flushed.
    if (this.#state === 'body' || this.#state === 'answer') this.#abandon();
    this.#state = 'closed';
  }

  pauseWriting(): void {
    this.#exchange?.pauseWriting();
  }

  resumeWriting(): void {
    this.#exchange?.resumeWriting();
  }

  connectionLost(): void {
    if (this.#state === 'detached') return;
    this.#loop.sweep.remove(this);
    if (this.#state === 'body' || this.#state === 'answer') this.#abandon();
    this.#state = 'closed';
    this.#onGone();
    this.#onShut?.();
    if (this.#context !== null) this.#app.onClose?.(this.#context);
  }

  /** From the sweep: too long without a request, a body, or the end of a refused client. */
  onDeadline(): void {
    this.deadlineMs = Infinity;
    if (this.#state === 'body') genLog.info('Timeout reading body from %s', this.#context);
    if (this.#state === 'body') this.#abandon();
    this.#state = 'closed';
    this.#transport?.abort();
  }

  /**
   * Closes at once, whatever runs; resolves when the connection has ended. One that has answered everything ends in order:
   * a reset could take the last answer away from its client.
   */
  shut(): Promise<void> {
    const transport = this.#transport;
    if (transport === null || this.#state === 'detached') return Promise.resolve();
    return new Promise((resolve) => {
      this.#onShut = resolve;
      if (this.#state === 'head' && transport.bufferedAmount === 0) transport.close();
      else transport.abort();
    });
  }

  // From the parser.

  onHead(head: RequestHead): void {
    const exchange = new Exchange(this, head, this.#contextOf(head));
    this.#exchange = exchange;
    this.#state = 'body';
    if (this.#settings.bodyTimeoutMs !== Infinity) this.#setDeadline(this.#settings.bodyTimeoutMs);
    else this.deadlineMs = Infinity;
    try {
      const delegate = this.#app.startRequest(exchange);
      this.#delegate = delegate;
      const work = delegate.headersReceived(head);
      if (work !== undefined) this.#hold(work);
      // H1C-10. Without a body there is nothing to continue with.
      if (head.expectContinue && !exchange.isHeadSent && (this.#state as State) === 'body') {
        this.#transport?.writeLatin1('HTTP/1.1 100 Continue\r\n\r\n');
      }
    } catch (error) {
      this.#blame(error);
    }
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    const delegate = this.#delegate;
    if (delegate === null || this.#state !== 'body' || this.#exchange?.isFinished === true) return;
    try {
      const work = delegate.dataReceived(buffer.subarray(start, end));
      if (work !== undefined) this.#hold(work);
    } catch (error) {
      this.#blame(error);
    }
  }

  onEnd(): void {
    const delegate = this.#delegate;
    if (delegate === null || this.#state !== 'body') return;
    this.#state = 'answer';
    this.deadlineMs = Infinity;
    try {
      const work = delegate.finish();
      if (isThenable(work)) this.#watch(work);
    } catch (error) {
      this.#fail(error);
    }
  }

  // From the exchange.

  get transport(): Transport {
    if (this.#transport === null) throw new Error('an exchange before its connection');
    return this.#transport;
  }

  /** Whether the connection can serve another request after this one. */
  get canKeepAlive(): boolean {
    return this.#state === 'answer' && !this.#settings.noKeepAlive;
  }

  setMaxBodySize(bytes: number): void {
    this.#parser.setMaxBodyBytes(bytes);
  }

  exchangeFinished(exchange: Exchange): void {
    if (this.#exchange !== exchange || this.#state === 'closed') return;
    if (this.#state !== 'answer') {
      // H1C-25: the body is not complete and nobody will read it.
      this.#linger();
      return;
    }
    this.#exchange = null;
    this.#delegate = null;
    if (!exchange.isKeepAlive) {
      this.#state = 'closed';
      this.transport.close();
      return;
    }
    this.#state = 'head';
    this.#setDeadline(this.#settings.idleTimeoutMs);
    if (!this.#isFeeding) this.#loop.schedule(this.#goOn, null);
  }

  detach(): Transport {
    this.#state = 'detached';
    this.#exchange = null;
    this.#delegate = null;
    this.deadlineMs = Infinity;
    this.#loop.sweep.remove(this);
    this.#onGone();
    return this.transport;
  }

  // The inside.

  /** Parses as far as requests may be taken on, and keeps the rest. */
  #feed(buffer: Buffer, start: number, end: number): void {
    let at = start;
    this.#isFeeding = true;
    try {
      while (at < end && !this.#isHeld && (this.#state === 'head' || this.#state === 'body')) {
        at = this.#parser.push(buffer, at, end);
        if ((this.#state as State) === 'head') this.#parser.next();
      }
    } catch (error) {
      this.#refuse(error);
    }
    this.#isFeeding = false;
    if (at < end && this.#isWaiting()) {
      this.#rest = Buffer.from(buffer.subarray(at, end));
      this.transport.pauseReading();
    }
  }

  #isWaiting(): boolean {
    return this.#isHeld || this.#state === 'answer';
  }

  #isHoldingBytes(): boolean {
    return this.#rest !== null;
  }

  /** The next request's turn: what came meanwhile is parsed first. */
  readonly #goOn = (): void => {
    if (this.#state === 'head' && this.#exchange === null) this.#parser.next();
    if (this.#isWaiting()) return;
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) {
      this.#feed(rest, 0, rest.length);
      if (!this.#isHoldingBytes() && this.#state !== 'detached') this.transport.resumeReading();
    }
  };

  /** Flow control: nothing more is parsed until the delegate is ready. */
  #hold(work: PromiseLike<unknown>): void {
    this.#isHeld = true;
    this.#parser.pause();
    this.transport.pauseReading();
    const release = (): void => {
      this.#isHeld = false;
      if (this.#state !== 'body' && this.#state !== 'linger') return;
      this.#parser.resume();
      this.transport.resumeReading();
      this.#goOn();
    };
    work.then(
      () => {
        this.#loop.schedule(release, undefined);
      },
      (error: unknown) => {
        this.#isHeld = false;
        this.#fail(error);
      },
    );
  }

  #watch(work: PromiseLike<unknown>): void {
    work.then(undefined, (error: unknown) => {
      this.#fail(error);
    });
  }

  /** The application threw in the middle of a message: its own fault, and the end of the connection (H1C-8). */
  #blame(error: unknown): void {
    this.#parser.pause();
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed' || this.#state === 'detached') return;
    if (error instanceof HTTPInputError) {
      this.#refuse(error);
      return;
    }
    this.#loop.handleCallbackException(this.#app, error);
    this.#abandon();
    this.#state = 'closed';
    this.transport.close();
  }

  /** The peer's fault: one line in the log, the status that says so, and the end (H1C-6). */
  #refuse(error: unknown): void {
    if (!(error instanceof HTTPInputError)) throw error;
    if (this.#state === 'closed' || this.#state === 'detached') return;
    genLog.info('Malformed HTTP message from %s: %s', this.#context, error.message);
    const isAnswerable = this.#exchange === null || !this.#exchange.isHeadSent;
    this.#abandon();
    if (isAnswerable && !this.transport.isClosing) {
      this.transport.writeLatin1(
        `${statusLine(error.status)}Connection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    }
    this.#linger();
  }

  /** The application hears that its request will not be completed or answered. */
  #abandon(): void {
    const exchange = this.#exchange;
    const delegate = this.#delegate;
    const isIncomplete = this.#state === 'body';
    this.#exchange = null;
    this.#delegate = null;
    if (exchange === null || exchange.isFinished) return;
    exchange.clientGone();
    if (!isIncomplete || delegate === null) return;
    try {
      delegate.onConnectionClose();
    } catch (error) {
      this.#loop.handleCallbackException(delegate, error);
    }
  }

  /**
   * Closes our half and drops what still comes, for a while: closing at once would reset the connection and take the
   * answer away from a client that is still sending (RFC 9112 §9.6).
   */
  #linger(): void {
    this.#state = 'linger';
    this.#exchange = null;
    this.#delegate = null;
    this.#rest = null;
    this.transport.end();
    this.transport.resumeReading();
    this.#setDeadline(LINGER_MS);
  }

  #setDeadline(delayMs: number): void {
    this.deadlineMs = this.#loop.time() + delayMs;
  }

  #contextOf(head: RequestHead): ConnectionContext {
    const base = this.#context ?? new SocketContext(this.transport, this.#settings.protocol);
    if (!this.#settings.xheaders) return base;
    return proxiedContext(base, head.headers, this.#settings.trustedDownstream);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
