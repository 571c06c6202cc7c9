// One client's connection: bytes in, requests out one after another (H1C-24). Owns: what is read when, keep-alive,
// how a connection ends. Must not know: how an answer is framed (exchange.ts), how a request is told (request-intake.ts),
// how long anything may take (connection-deadlines.ts), the grammar (@typhoon/http1).
// HOT: `pnpm bench http`
//
//            head complete        body complete          answered
//   [ head ] ------------> [ body ] ------------> [ answer ] --------> [ head ]   kept alive
//                              |                       '-------------> [ closed ] otherwise
//                              '- answered too early, or malformed --> [ linger ] input is dropped until the client ends
import { HTTPInputError, RequestParser, statusLine } from '@typhoon/http1';
import { genLog } from '@typhoon/log';
import { ConnectionDeadlines } from './connection-deadlines.ts';
import { contextOf, SocketContext } from './context.ts';
import { lineEnd } from './drain.ts';
import { Exchange } from './exchange.ts';
import { RequestIntake } from './request-intake.ts';
import { RequestAbortedError, type RequestAbortedCode } from './request-aborted-error.ts';
import { RequestWatch, type WatchOwner } from './request-watch.ts';
import type { Awaited, DeadlineOwner } from './connection-deadlines.ts';
import type { Connection, ConnectionHost, Rested } from './connection-host.ts';
import type { ConnectionPhase, DetachedConnection } from './drain.ts';
import type { ExchangeOwner } from './exchange.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { IntakeOwner } from './request-intake.ts';
import type { ConnectionSettings } from './server-options.ts';
import type { HTTPHeaders, RequestHead, RequestSink } from '@typhoon/http1';
import type { IOLoop, Transport, TransportError } from '@typhoon/ioloop';

type State = 'head' | 'body' | 'answer' | 'linger' | 'closed' | 'detached';

/** Pipelined requests are answered in one go until so much is written; then the client must read. */
const BURST_BYTES = 262_144;

/** Serves one client. */
export class ServerConnection
  implements Connection, RequestSink, ExchangeOwner, IntakeOwner, DeadlineOwner, WatchOwner
{
  sinceMs = 0;
  isDraining = false;
  exchange: Exchange | null = null;
  readonly #loop: IOLoop;
  readonly #settings: ConnectionSettings;
  readonly #host: ConnectionHost;
  readonly #proxyHeader: ProxyHeader | null;
  readonly #parser: RequestParser;
  readonly #intake: RequestIntake;
  readonly #deadlines: ConnectionDeadlines;
  #transport: Transport | null = null;
  #context: SocketContext | null = null;
  /** Made for the first request that has a deadline, or a client that has ended its half. */
  #watch: RequestWatch | null = null;
  /** The client sends no more, and may wait for its answer. */
  #isHalfClosed = false;
  #state: State = 'head';
  /** Bytes that came while nothing may be parsed; a copy. */
  #rest: Buffer | null = null;
  #isFeeding = false;
  #isReadingPaused = false;
  #isWritingPaused = false;
  /** The client waits for a 100 before it sends the body. */
  #owesContinue = false;
  /** Bytes of large pieces written in this event. */
  #burstBytes = 0;
  #onShut: (() => void) | null = null;
  /** Whether there was no request yet. */
  #isFresh = true;
  /** Draining: more has come than what is being parsed. */
  #isMoreBehind = false;

  constructor(host: ConnectionHost, proxyHeader: ProxyHeader | null = null) {
    const { loop, settings } = host;
    this.#host = host;
    this.#loop = loop;
    this.#settings = settings;
    this.#proxyHeader = proxyHeader;
    this.#parser = new RequestParser(this, settings);
    this.#intake = new RequestIntake(loop, settings, this);
    this.#deadlines = new ConnectionDeadlines(loop, settings, this);
  }

  // From the transport.

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    this.#context = new SocketContext(transport, this.#settings.protocol, this.#proxyHeader);
    this.sinceMs = this.#loop.time();
    this.#deadlines.start();
  }

  /** In place of a connection that rested: something has come on it. */
  goOnFrom({ context, sinceMs, phase, isDraining, deadlineMs }: Rested): void {
    this.#transport = context.transport;
    this.#context = context;
    this.sinceMs = sinceMs;
    this.isDraining = isDraining;
    this.#isFresh = phase === 'fresh';
    this.#deadlines.goOn(deadlineMs);
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    this.#burstBytes = 0;
    if (this.#rest !== null) {
      this.#rest = Buffer.concat([this.#rest, buffer.subarray(start, end)]);
      return;
    }
    this.#feed(buffer, start, end);
  }

  /** Who has sent a whole request may have ended its half to wait for the answer; any other client is gone. */
  eofReceived(): boolean {
    this.#isHalfClosed = true;
    if (this.#rest === null && this.#endIncomplete()) return false;
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
    if (this.#state === 'head') this.#goOn();
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

  // From the parser.

  onHead(head: RequestHead): void {
    const context = contextOf(this.#context, head.headers, this.#settings.proxyPolicy);
    const exchange = new Exchange(this, head, context, this.#loop);
    this.exchange = exchange;
    this.#state = 'body';
    this.#isFresh = false;
    this.sinceMs = this.#loop.sweep.lastMs;
    this.#host.load.begun++;
    this.#owesContinue = head.expectContinue;
    if (head.contentLength > 0 || head.isChunked) this.#deadlines.awaitBody();
    else this.#deadlines.awaitNothing();
    const { requestTimeoutMs } = this.#settings;
    if (requestTimeoutMs !== Infinity) this.watch.limit(requestTimeoutMs);
    try {
      this.#intake.begin(this.#host.app.startRequest(exchange), head);
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

  // From the intake.

  intakeHeld(): void {
    this.#deadlines.holdBody(true);
    this.#parser.pause();
    this.#pauseReading();
  }

  intakeReady(): void {
    this.#deadlines.holdBody(false);
    this.#parser.resume();
    this.#goOn();
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
      this.#refuse(error);
      return;
    }
    this.#loop.handleCallbackException(this.#host.app, error);
    this.#abandon('ERR_REQUEST_FAILED', error);
    this.#closeFlushed();
  }

  // From the deadlines.

  get unsentBytes(): number {
    return this.transport.bufferedAmount;
  }

  rest(endMs: number): void {
    if (this.#isReadingPaused || this.#context === null) return;
    if (this.#host.rest(this, this.#context, endMs)) this.#deadlines.stop();
  }

  tooSlow(what: Awaited | 'stalled'): void {
    if (what === 'body') genLog.info('Timeout reading body from %s', this.#context);
    this.#abandon('ERR_CLIENT_TOO_SLOW');
    this.#end('closed');
    this.#deadlines.stop();
    this.transport.abort();
  }

  // From the drain.

  get phase(): ConnectionPhase {
    if (this.#state === 'linger' || this.#state === 'closed') return 'ending';
    if (this.#state !== 'head' || this.#rest !== null || this.#parser.isMidMessage) return 'busy';
    if (this.transport.bufferedAmount > 0) return 'busy';
    return this.#isFresh ? 'fresh' : 'idle';
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
    if (this.#rest !== null || this.#isMoreBehind) return true;
    return !this.isDraining && !this.#isHalfClosed;
  }

  get watch(): RequestWatch {
    this.#watch ??= new RequestWatch(this.#loop, this);
    return this.#watch;
  }

  setMaxBodySize(bytes: number): void {
    this.#parser.setMaxBodyBytes(bytes);
    this.#intake.setMaxBodySize(bytes);
  }

  setBodyTimeout(timeoutMs: number): void {
    this.#deadlines.setBodyTimeout(timeoutMs);
  }

  wrote(bytes: number): void {
    this.#burstBytes += bytes;
    if (this.#isWritingPaused) this.#deadlines.wroteAnyway(bytes);
  }

  exchangeFinished(exchange: Exchange): void {
    if (this.exchange !== exchange || this.#state === 'closed') return;
    if (this.#state !== 'answer' || (this.isDraining && !exchange.isKeepAlive)) {
      // H1C-25: the body is not complete and nobody will read it. Or it is, and more may be under way.
      this.closeInOrder();
      return;
    }
    if (!exchange.isKeepAlive || (this.#isHalfClosed && this.#rest === null)) {
      this.#closeFlushed();
      return;
    }
    this.#dropExchange();
    this.#intake.drop();
    this.#state = 'head';
    this.#deadlines.awaitRequest();
    if (!this.#isFeeding) this.#loop.schedule(this.#goOn, undefined);
  }

  detach(exchange: Exchange, onDrain: (() => void) | null): Transport {
    const { transport, sinceMs } = this;
    const rest = this.#rest;
    this.#end('detached');
    this.#leave({ transport, head: exchange.head, sinceMs, onDrain });
    transport.pauseReading();
    if (rest !== null) transport.unread(rest);
    return transport;
  }

  // The inside.

  /** Parses as far as requests may be taken on, and keeps the rest. */
  #feed(buffer: Buffer, start: number, end: number): void {
    const { chunkBytes } = this.#settings;
    let at = start;
    this.#isFeeding = true;
    try {
      while (at < end && this.#isTaking()) {
        const stop = this.#stopAt(buffer, at, Math.min(end, at + chunkBytes));
        at = this.#parser.push(buffer, at, stop);
        if (this.#state === 'head') this.#parser.next();
      }
    } catch (error) {
      this.#refuse(error);
    }
    this.#isFeeding = false;
    this.#isMoreBehind = false;
    if (at < end) this.#keep(Buffer.from(buffer.subarray(at, end)));
    else if (this.#state === 'head' && this.#parser.isMidMessage) this.#deadlines.awaitHead();
    if (this.#owesContinue) this.#sayContinue();
  }

  /** Draining, the last request is known by its end, behind which nothing has come. */
  #stopAt(buffer: Buffer, at: number, end: number): number {
    if (!this.isDraining) return end;
    const stop = lineEnd(buffer, at, end);
    this.#isMoreBehind = stop < end;
    return stop;
  }

  #isTaking(): boolean {
    if (this.#state === 'body') return !this.#intake.isHeld;
    return this.#state === 'head' && !this.#isWritingPaused && this.#burstBytes < BURST_BYTES;
  }

  /** What nobody may parse yet waits, and so does the client; what is not for us goes back where it came from. */
  #keep(rest: Buffer): void {
    if (this.#state === 'detached') {
      this.transport.unread(rest);
    } else if (this.#state !== 'linger' && this.#state !== 'closed') {
      this.#rest = rest;
      this.#pauseReading();
      if (this.#burstBytes >= BURST_BYTES) this.#loop.addCallback(this.#afterBurst);
    }
  }

  /** What was written is on its way, and `pauseWriting` has been told if that was too much. */
  readonly #afterBurst = (): void => {
    this.#burstBytes = 0;
    if (this.#state === 'head') this.#goOn();
  };

  /** The next request's turn: what came meanwhile is parsed first. */
  readonly #goOn = (): void => {
    if (this.#state === 'head') this.#parser.next();
    if (!this.#isTaking()) return;
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#feed(rest, 0, rest.length);
    if (this.#isHalfClosed && !this.#hasRest() && this.#endIncomplete()) return;
    if (this.#isReadingPaused && !this.#mustWait()) this.#resumeReading();
  };

  /** Without reading, nobody would see the client go. */
  #mustWait(): boolean {
    return this.#hasRest() || this.#intake.isHeld || this.#state === 'detached';
  }

  #hasRest(): boolean {
    return this.#rest !== null;
  }

  #pauseReading(): void {
    this.#isReadingPaused = true;
    this.transport.pauseReading();
  }

  #resumeReading(): void {
    this.#isReadingPaused = false;
    this.transport.resumeReading();
  }

  /** H1C-10. Whoever has been answered, or has sent the body without waiting, needs no leave to send it. */
  #sayContinue(): void {
    if (this.#state !== 'body' || this.#intake.isHeld || !this.#owesContinue) return;
    this.#owesContinue = false;
    if (this.exchange?.isHeadSent === false)
      this.transport.writeLatin1('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** The application threw in the middle of a message: nothing of it is parsed any more. */
  #blame(error: unknown): void {
    this.#parser.pause();
    this.intakeFailed(error);
  }

  /** The peer's fault: one line in the log, the status that says so, and the end (H1C-6). */
  #refuse(error: unknown): void {
    if (!(error instanceof HTTPInputError)) throw error;
    if (this.#state === 'closed' || this.#state === 'detached') return;
    genLog.info('Malformed HTTP message from %s: %s', this.#context, error.message);
    if (!this.endWith(error.status, 'ERR_REQUEST_FAILED', error)) this.closeInOrder();
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
    this.#resumeReading();
    this.#deadlines.awaitSilence();
  }

  /** Ends a connection on which nothing more comes, unless there is a complete request to be answered. */
  #endIncomplete(): boolean {
    if (this.#state === 'answer' || (this.#state === 'body' && this.#parser.isDone)) return false;
    this.#abandon('ERR_CLIENT_GONE');
    this.#closeFlushed();
    return true;
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
    this.#rest = null;
  }

  /** The connection is not ours any more; the application hears it, once. */
  #leave(detached: DetachedConnection | null): void {
    this.#deadlines.stop();
    this.#host.connectionGone(this, detached);
    if (this.#context !== null) this.#host.app.onClose?.(this.#context);
  }
}
