// One connection to a server: connecting, then one exchange after another. Owns: the transport, the parser, whether the
// connection can be used again. Must not know: which request comes next (connection-pool.ts), what a request is.
// HOT: `pnpm bench client`
//
//   [ connecting ] -> [ busy ] <-> [ idle ]
//         |              |            |
//         '------------> '--------> [ closed ]
import { HTTPInputError, ResponseParser } from '@typhoon/http1';
import { genLog } from '@typhoon/log';
import { connectFailure } from './failure.ts';
import type { ParserLimits, ResponseHead, ResponseSink } from '@typhoon/http1';
import type { ConnectAttempt, Expirable, Transport, TransportError } from '@typhoon/ioloop';
import type { PoolConnection } from './connection-pool.ts';
import type { Exchange, ExchangeCarrier } from './exchange.ts';
import type { TunnelOwner } from './tunnel.ts';

/** Who keeps the connections. */
export interface ConnectionHost {
  /** An exchange is over, well or not; comes once for each. The connection is idle if `isReusable`, else gone. */
  exchangeOver(connection: ClientConnection, isReusable: boolean): void;
  /** An idle connection has ended, or must: it is to be closed. */
  idleEnded(connection: ClientConnection): void;
}

type State = 'connecting' | 'busy' | 'idle' | 'closed';

/** A connection of a client. */
export class ClientConnection
  implements TunnelOwner, ResponseSink, Expirable, ExchangeCarrier, PoolConnection
{
  /** When an idle one is closed; see DeadlineSweep. */
  deadlineMs: number = Infinity;
  readonly key: string;
  readonly #host: ConnectionHost;
  readonly #parser: ResponseParser;
  #state: State = 'connecting';
  #attempt: ConnectAttempt | null = null;
  #transport: Transport | null = null;
  #exchange: Exchange | null = null;
  /** Whether a byte of the present answer has come. */
  #isTouched = false;
  /** What the server's answer says of the connection. */
  #isServerWilling = false;
  /** Seconds the server says it keeps an idle connection; `Infinity` when it does not say. */
  #keepAliveMs = Infinity;
  #isReadingPaused = false;
  #isFeeding = false;
  /** Bytes that came while nothing may be handed over; a copy. */
  #rest: Buffer | null = null;
  #isEofSeen = false;

  /** @param exchange What it is opened for. */
  constructor(host: ConnectionHost, key: string, limits: ParserLimits, exchange: Exchange) {
    this.key = key;
    this.#host = host;
    this.#exchange = exchange;
    this.#parser = new ResponseParser(this, limits);
    exchange.attach(this);
  }

  /** How long the server said it keeps the connection idle, in milliseconds. */
  get keepAliveMs(): number {
    return this.#keepAliveMs;
  }

  /** It is being opened; the exchange begins when that has worked. */
  opening(attempt: ConnectAttempt): void {
    this.#attempt = attempt;
  }

  /** The next exchange on an idle connection. */
  begin(exchange: Exchange): void {
    this.deadlineMs = Infinity;
    this.#exchange = exchange;
    exchange.attach(this);
    this.#start();
  }

  /** Closes at once, whatever runs; an exchange fails with `error`. */
  shut(error: unknown): void {
    this.#exchange?.refused(error);
    this.giveUp();
  }

  /** Closes an idle connection. */
  close(): void {
    this.#state = 'closed';
    this.#transport?.close();
  }

  /** The present exchange is nobody's any more: closes at once, connected or not. */
  giveUp(): void {
    if (this.#state === 'closed' || this.#state === 'idle') return;
    this.#state = 'closed';
    this.#exchange = null;
    this.#rest = null;
    this.#attempt?.abort();
    this.#transport?.abort();
    this.#host.exchangeOver(this, false);
  }

  pauseReading(): void {
    this.#isReadingPaused = true;
    this.#parser.pause();
    this.#transport?.pauseReading();
  }

  resumeReading(): void {
    if (!this.#isReadingPaused) return;
    this.#isReadingPaused = false;
    this.#parser.resume();
    this.#feedRest();
    if (this.#mayRead) this.#transport?.resumeReading();
    if (this.#mayRead && this.#isEofSeen) this.#atEof();
  }

  // From the transport.

  connectionMade(transport: Transport): void {
    if (this.#state === 'closed') {
      transport.abort();
      return;
    }
    this.#transport = transport;
    this.#start();
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    if (this.#state === 'idle') {
      // RFC 9112 §9.2: an answer that nobody asked for; a server that gives the connection up may send a 408.
      this.#endIdle();
    } else if (this.#state === 'busy') {
      this.#isTouched = true;
      if (this.#rest === null) this.#feed(buffer, start, end);
      else this.#rest = Buffer.concat([this.#rest, buffer.subarray(start, end)]);
    }
  }

  eofReceived(): boolean {
    if (this.#state === 'idle') this.#endIdle();
    if (this.#state !== 'busy') return false;
    this.#isEofSeen = true;
    if (this.#isReadingPaused) return true;
    this.#atEof();
    return false;
  }

  pauseWriting(): void {
    this.#exchange?.pauseWriting();
  }

  resumeWriting(): void {
    this.#exchange?.resumeWriting();
  }

  connectionLost(error: TransportError | null): void {
    if (this.#state === 'idle') this.#endIdle();
    if (this.#state === 'busy') this.#fail(error);
    if (this.#state === 'connecting') this.#failConnecting(error);
  }

  /** From the sweep: idle for too long. */
  onDeadline(): void {
    this.deadlineMs = Infinity;
    if (this.#state === 'idle') this.#endIdle();
  }

  // From the parser.

  onHead(head: ResponseHead): void {
    if (head.status >= 200) {
      this.#isServerWilling = head.keepAlive;
      this.#keepAliveMs = keepAliveHint(head);
    }
    this.#exchange?.onHead(head);
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    this.#exchange?.onBody(buffer, start, end);
  }

  onEnd(): void {
    this.#exchange?.onEnd();
  }

  #start(): void {
    const exchange = this.#exchange;
    const transport = this.#transport;
    if (exchange === null || transport === null) return;
    this.#state = 'busy';
    this.#isTouched = false;
    this.#isServerWilling = false;
    if (transport.isClosing) {
      this.#fail(null);
      return;
    }
    this.#parser.expect(exchange.request.method);
    exchange.begin(transport);
  }

  #feed(buffer: Buffer, start: number, end: number): void {
    this.#isFeeding = true;
    let at = start;
    try {
      // Paused and resumed within one call, the parser stops early and has to be called again.
      do {
        at = this.#parser.push(buffer, at, end);
      } while (at < end && !this.#isReadingPaused && this.#isMidAnswer);
    } catch (error) {
      this.#fail(asError(error));
      return;
    } finally {
      this.#isFeeding = false;
    }
    if (this.#state !== 'busy') return;
    if (this.#exchange?.isAnswered === true) this.#finish(at === end);
    else if (at < end) this.#rest = Buffer.from(buffer.subarray(at, end));
  }

  /** A taker that resumes from inside its own call goes on in `#feed`. */
  #feedRest(): void {
    const rest = this.#rest;
    if (rest === null || this.#isFeeding || this.#state !== 'busy') return;
    this.#rest = null;
    this.#feed(rest, 0, rest.length);
  }

  get #mayRead(): boolean {
    return !this.#isReadingPaused && this.#state !== 'closed';
  }

  get #isMidAnswer(): boolean {
    return this.#state === 'busy' && this.#exchange?.isAnswered === false;
  }

  /** The answer is complete; bytes behind it belong to nothing. */
  #finish(isExact: boolean): void {
    const isSent = this.#exchange?.isSent === true;
    const isWanted = isSent && this.#exchange?.request.isKeepAlive === true;
    const isReusable = isWanted && isExact && this.#isServerWilling && !this.#isEofSeen;
    this.#exchange = null;
    this.#rest = null;
    if (isReusable) {
      this.#state = 'idle';
      this.#parser.next();
      // The taker's last piece may have asked for a pause that nobody will take back.
      this.resumeReading();
    } else {
      this.#state = 'closed';
      // What is left of a request that was answered early is not worth sending.
      if (isSent) this.#transport?.close();
      else this.#transport?.abort();
    }
    this.#host.exchangeOver(this, isReusable);
  }

  #atEof(): void {
    if (this.#state !== 'busy') return;
    try {
      this.#parser.eof();
    } catch (error) {
      this.#fail(asError(error));
      return;
    }
    if (this.#exchange?.isAnswered === true) this.#finish(false);
    else this.#fail(null);
  }

  #fail(error: Error | null): void {
    const exchange = this.#exchange;
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#exchange = null;
    this.#rest = null;
    if (error instanceof HTTPInputError)
      genLog.info('Malformed HTTP message from %s: %s', this.key, error.message);
    exchange?.connectionFailed(error, !this.#isTouched);
    this.#transport?.abort();
    this.#host.exchangeOver(this, false);
  }

  #failConnecting(error: TransportError | null): void {
    const exchange = this.#exchange;
    this.#state = 'closed';
    this.#exchange = null;
    exchange?.refused(connectFailure(error, exchange.request.url.origin));
    this.#host.exchangeOver(this, false);
  }

  #endIdle(): void {
    this.#state = 'closed';
    this.#host.idleEnded(this);
  }
}

/** `Keep-Alive: timeout=5`: how long the server waits for the next request. */
function keepAliveHint(head: ResponseHead): number {
  const hint = head.headers.get('Keep-Alive');
  const seconds = hint === undefined ? null : /\btimeout=(\d{1,9})\b/i.exec(hint);
  return seconds === null ? Infinity : Number(seconds[1]) * 1000;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
