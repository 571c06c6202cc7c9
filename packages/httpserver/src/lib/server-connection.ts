// Who serves a connection while something is to be done on it: requests one after another (H1C-24). Owns: the connection's
// state, keep-alive, how it ends. Must not know: what is read when (request-reader.ts), how an answer is framed (exchange.ts),
// how a request is told (request-intake.ts), how long anything may take (connection-deadlines.ts), the grammar
// (@typhoon/http1).
// HOT: `pnpm bench http`
//
//            head complete        body complete          answered
//   [ head ] ------------> [ body ] ------------> [ answer ] --------> [ head ]   kept alive
//                              |                       '-------------> [ closed ] otherwise
//                              '- answered too early, or malformed --> [ linger ] input is dropped until the client ends
//
// At a head of which nothing has come it is done, and serves other connections: nothing of one may be left then.
import { HTTPInputError, statusLine } from '@typhoon/http1';
import { genLog } from '@typhoon/log';
import { ConnectionDeadlines } from './connection-deadlines.ts';
import { contextOf } from './context.ts';
import { DetachedRequest } from './detached-request.ts';
import { Exchange } from './exchange.ts';
import { RequestIntake } from './request-intake.ts';
import { RequestReader, type ConnectionState, type ReaderOwner } from './request-reader.ts';
import { RequestAbortedError, type RequestAbortedCode } from './request-aborted-error.ts';
import { RequestWatch, type WatchOwner } from './request-watch.ts';
import { startRequest } from './timed-request.ts';
import type { ConnectionWorker, WorkedConnection } from './connection-worker.ts';
import type { Awaited, DeadlineOwner } from './connection-deadlines.ts';
import type { ConnectionHost } from './connection-host.ts';
import type { SocketContext } from './context.ts';
import type { ConnectionPhase, DetachedConnection } from './drain.ts';
import type { ExchangeOwner } from './exchange.ts';
import type { IntakeOwner } from './request-intake.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { HTTPHeaders, RequestHead } from '@typhoon/http1';
import type { IOLoop, Transport, TransportError } from '@typhoon/ioloop';

/** Serves one client after another. */
export class ServerConnection
  implements ConnectionWorker, ReaderOwner, ExchangeOwner, IntakeOwner, DeadlineOwner, WatchOwner
{
  exchange: Exchange | null = null;
  readonly #loop: IOLoop;
  readonly #settings: ConnectionSettings;
  readonly #host: ConnectionHost;
  readonly #reader: RequestReader;
  readonly #intake: RequestIntake;
  readonly #deadlines: ConnectionDeadlines;
  #client: WorkedConnection | null = null;
  #transport: Transport | null = null;
  #context: SocketContext | null = null;
  /** Made for the first request that has a deadline, or a client that has ended its half. */
  #watch: RequestWatch | null = null;
  #state: ConnectionState = 'head';
  #isWritingPaused = false;
  /** The client waits for a 100 before it sends the body. */
  #owesContinue = false;
  #onShut: (() => void) | null = null;

  constructor(host: ConnectionHost) {
    const { loop, settings } = host;
    this.#host = host;
    this.#loop = loop;
    this.#settings = settings;
    this.#reader = new RequestReader(loop, settings, this);
    this.#intake = new RequestIntake(loop, settings, this);
    this.#deadlines = new ConnectionDeadlines(loop, settings, this);
  }

  /** Something has come on a connection that nobody worked on. */
  workOn(client: WorkedConnection): void {
    this.#client = client;
    this.#context = client.context;
    this.#transport = client.context.transport;
    this.#deadlines.begin(client);
  }

  // From the connection.

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#reader.received(buffer, start, end);
  }

  /** Who has sent a whole request may have ended its half to wait for the answer; any other client is gone. */
  eofReceived(): boolean {
    if (this.#reader.inputEnded()) return false;
    if (this.exchange !== null) this.watch.startProbing();
    return true;
  }

  pauseWriting(): void {
    this.#isWritingPaused = true;
    this.#deadlines.writingPaused();
    this.exchange?.pauseWriting();
  }

  resumeWriting(): void {
    this.#isWritingPaused = false;
    this.#deadlines.writingResumed();
    this.exchange?.resumeWriting();
    if (this.#state === 'head') this.#reader.goOn();
  }

  connectionLost(error: TransportError | null): void {
    if (this.#state === 'detached') return;
    this.#abandon('ERR_CLIENT_GONE', error);
    this.#end('closed');
    this.#leave(null);
    this.#onShut?.();
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
      else this.giveUp();
    });
  }

  // From the reader, and its parser.

  get isOverloaded(): boolean {
    return this.#host.load.isFull;
  }

  refuseRequest(): void {
    const { overload } = this.#host;
    overload.refusedRequest();
    if (!this.transport.isClosing) this.transport.writeLatin1(overload.answer);
    this.closeInOrder();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isDraining(): boolean {
    return this.#served.isDraining;
  }

  get isHeld(): boolean {
    return this.#intake.isHeld;
  }

  get isWritingPaused(): boolean {
    return this.#isWritingPaused;
  }

  onHead(head: RequestHead): void {
    if (this.isOverloaded) {
      this.refuseRequest();
      return;
    }
    const context = contextOf(this.#context, head.headers, this.#settings.proxyPolicy);
    const exchange = new Exchange(this, head, context, this.#loop);
    this.exchange = exchange;
    this.#state = 'body';
    const client = this.#served;
    client.isFresh = false;
    client.sinceMs = this.#loop.sweep.lastMs;
    this.#host.load.begun++;
    this.#owesContinue = head.expectContinue;
    if (head.contentLength > 0 || head.isChunked) this.#deadlines.awaitBody();
    else this.#deadlines.awaitNothing();
    const { requestTimeoutMs } = this.#settings;
    if (requestTimeoutMs !== Infinity) this.watch.limit(requestTimeoutMs);
    try {
      const isTimed = requestTimeoutMs !== Infinity;
      this.#intake.begin(startRequest(this.#host.app, exchange, isTimed), head);
    } catch (error) {
      this.#blame(error);
    }
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    this.#deadlines.bodyCame(end - start);
    if (this.#state !== 'body') return;
    try {
      this.#intake.body(buffer, start, end);
    } catch (error) {
      this.#blame(error);
    }
  }

  onTrailers(headers: HTTPHeaders): void {
    if (this.#state === 'body') this.#intake.trailers(headers);
  }

  onEnd(): void {
    if (this.#state === 'body') this.#intake.end();
  }

  /** Everything that has come is answered: another connection may have its turn. */
  settled(): void {
    const client = this.#client; // null when a call that was due has been overtaken
    const isSettled =
      this.#state === 'head' &&
      this.#reader.isAtRest &&
      !this.#isWritingPaused &&
      this.#onShut === null;
    if (client === null || !isSettled) return;
    this.#client = null;
    this.#context = null;
    this.#transport = null;
    client.settled(this);
  }

  parsed(): void {
    if (this.#state === 'head' && this.#reader.isMidMessage && !this.#reader.hasRest)
      this.#deadlines.awaitHead();
    if (this.#owesContinue) this.#sayContinue();
  }

  /** Nothing more comes, which is the end unless there is a complete request to be answered. */
  inputEnded(): boolean {
    if (this.#state === 'answer' || (this.#state === 'body' && this.#reader.isDone)) return false;
    this.#abandon('ERR_CLIENT_GONE');
    this.#closeFlushed();
    return true;
  }

  /** The peer's fault: one line in the log, the status that says so, and the end (H1C-6). */
  readingFailed(error: unknown): void {
    if (!(error instanceof HTTPInputError)) throw error;
    if (this.#state === 'closed' || this.#state === 'detached') return;
    genLog.info('Malformed HTTP message from %s: %s', this.#context, error.message);
    if (!this.endWith(error.status, 'ERR_REQUEST_FAILED', error)) this.closeInOrder();
  }

  // From the intake.

  intakeHeld(): void {
    this.#deadlines.holdBody(true);
    this.#reader.hold();
  }

  intakeReady(): void {
    this.#deadlines.holdBody(false);
    this.#reader.release();
    if (this.#state === 'body') this.#sayContinue();
  }

  intakeComplete(): void {
    this.#state = 'answer';
    this.#deadlines.awaitNothing();
    try {
      this.#intake.finish();
    } catch (error) {
      this.intakeFailed(error);
    }
  }

  /** The application failed, which is its own fault and the end of the connection (H1C-8), or found its client's. */
  intakeFailed(error: unknown): void {
    if (this.#state === 'closed' || this.#state === 'detached') return;
    if (error instanceof HTTPInputError) {
      this.readingFailed(error);
      return;
    }
    this.#loop.handleCallbackException(this.#host.app, error);
    this.#abandon('ERR_REQUEST_FAILED', error);
    this.#closeFlushed();
  }

  /** The answer is out, and what came of it concerns no other request. */
  failedLate(error: unknown): void {
    this.#loop.handleCallbackException(this.#host.app, error);
  }

  // From the deadlines.

  get unsentBytes(): number {
    return this.transport.bufferedAmount;
  }

  flushed(): void {
    this.settled();
  }

  /** From the sweep. */
  onDeadline(): void {
    this.#deadlines.onDeadline();
  }

  tooSlow(what: Awaited | 'stalled'): void {
    if (what === 'body') genLog.info('Timeout reading body from %s', this.#context);
    this.#abandon('ERR_CLIENT_TOO_SLOW');
    this.#end('closed');
    this.#served.deadlineMs = Infinity;
    this.transport.abort();
  }

  // From the drain.

  get phase(): ConnectionPhase {
    if (this.#state === 'linger' || this.#state === 'closed') return 'ending';
    if (this.#state !== 'head' || this.#reader.hasRest || this.#reader.isMidMessage) return 'busy';
    if (this.transport.bufferedAmount > 0) return 'busy';
    return this.#served.isFresh ? 'fresh' : 'idle';
  }

  giveUp(): void {
    this.#abandon('ERR_SERVER_CLOSING');
    this.transport.abort();
  }

  // From the exchange.

  get transport(): Transport {
    if (this.#transport === null) throw new Error('an exchange before its connection');
    return this.#transport;
  }

  /** Whether the connection can serve another request after this one. */
  get canKeepAlive(): boolean {
    if (this.#state !== 'answer' || this.#settings.noKeepAlive) return false;
    return this.#reader.isMoreBehind || !(this.isDraining || this.#reader.isInputEnded);
  }

  get watch(): RequestWatch {
    this.#watch ??= new RequestWatch(this.#loop, this);
    return this.#watch;
  }

  setMaxBodySize(bytes: number): void {
    this.#reader.setMaxBodyBytes(bytes);
    this.#intake.setMaxBodySize(bytes);
  }

  setBodyTimeout(timeoutMs: number): void {
    this.#deadlines.setBodyTimeout(timeoutMs);
  }

  wrote(bytes: number): void {
    this.#reader.wrote(bytes);
    if (this.#isWritingPaused) this.#deadlines.wroteAnyway(bytes);
  }

  exchangeFinished(exchange: Exchange): void {
    if (this.exchange !== exchange || this.#state === 'closed') return;
    if (this.#state !== 'answer' || (this.isDraining && !exchange.isKeepAlive)) {
      // H1C-25: the body is not complete and nobody will read it. Or it is, and more may be under way.
      this.closeInOrder();
      return;
    }
    if (!exchange.isKeepAlive || (this.#reader.isInputEnded && !this.#reader.hasRest)) {
      this.#closeFlushed();
      return;
    }
    this.#dropExchange();
    this.#intake.drop();
    this.#state = 'head';
    this.#deadlines.awaitRequest();
    this.#reader.nextRequest();
  }

  detach(exchange: Exchange, onDrain: DetachedConnection['onDrain']): DetachedRequest {
    const { transport } = this;
    const detached = new DetachedRequest(exchange, onDrain);
    const rest = this.#reader.takeRest();
    this.#end('detached');
    this.#leave(detached);
    transport.pauseReading();
    if (rest !== null) transport.unread(rest);
    return detached;
  }

  // The inside.

  /** H1C-10. Whoever has been answered, or has sent the body without waiting, needs no leave to send it. */
  #sayContinue(): void {
    if (this.#state !== 'body' || this.#intake.isHeld || !this.#owesContinue) return;
    this.#owesContinue = false;
    if (this.exchange?.isHeadSent === false)
      this.transport.writeLatin1('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** The application threw in the middle of a message: nothing of it is parsed any more. */
  #blame(error: unknown): void {
    this.#reader.stop();
    this.intakeFailed(error);
  }

  /** The last answer, our own; whether it could still be sent. */
  endWith(status: number, code: RequestAbortedCode, cause?: unknown): boolean {
    const exchange = this.exchange;
    const isAnswerable = exchange?.isHeadSent !== true && !this.transport.isClosing;
    this.#abandon(code, cause);
    if (!isAnswerable) return false;
    const head = `${statusLine(status)}Connection: close\r\nContent-Length: 0\r\n\r\n`;
    this.transport.writeLatin1(exchange?.withoutAhead(head) ?? head);
    this.closeInOrder();
    return true;
  }

  /** The application hears that its request will not be completed or answered. */
  #abandon(code: RequestAbortedCode, cause?: unknown): void {
    const exchange = this.exchange;
    const isIncomplete = this.#state === 'body';
    this.#dropExchange();
    const delegate = this.#intake.drop();
    if (exchange === null || exchange.isFinished) return;
    exchange.clientGone(new RequestAbortedError(code, cause ? { cause } : {}));
    if (isIncomplete && delegate !== null) this.#intake.tellGone(delegate);
  }

  /**
   * Closes our half and drops what still comes, for a while: closing at once would reset the connection and take the
   * answer away from a client that is still sending (RFC 9112 §9.6).
   */
  closeInOrder(): void {
    this.#end('linger');
    this.transport.end();
    this.#reader.resume();
    this.#deadlines.awaitSilence();
  }

  /** Nothing is taken on any more; what was written still goes out. */
  #closeFlushed(): void {
    this.#end('closed');
    this.transport.close();
    this.#deadlines.awaitFlush();
  }

  #dropExchange(): void {
    if (this.exchange !== null) this.#host.load.ended++;
    this.exchange = null;
    this.#watch?.stop();
  }

  /** No request will be taken on any more. */
  #end(state: 'linger' | 'closed' | 'detached'): void {
    this.#state = state;
    this.#dropExchange();
    this.#intake.drop();
    this.#reader.takeRest();
  }

  /** The connection is not ours any more. */
  #leave(detached: DetachedConnection | null): void {
    this.#served.gone(detached);
  }

  get #served(): WorkedConnection {
    if (this.#client === null) throw new Error('nobody is served');
    return this.#client;
  }
}
