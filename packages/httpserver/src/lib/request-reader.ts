// The reading side of a connection: bytes in, parsed as far as requests may be taken on. Owns: what waits to be parsed, and
// whether the client may send. Must not know: what is done with a request, how a connection ends (server-connection.ts).
// HOT: `pnpm bench http`
import { RequestParser } from '@typhoon/http1';
import { lineEnd } from './drain.ts';
import type { RequestSink } from '@typhoon/http1';
import type { IOLoop, Transport } from '@typhoon/ioloop';
import type { ConnectionSettings } from './server-options.ts';

/**
 * Where a connection is with its requests: at the next one's `head`, in its `body`, at its `answer`; what comes is dropped
 * (`linger`), or nothing comes any more.
 */
export type ConnectionState = 'head' | 'body' | 'answer' | 'linger' | 'closed' | 'detached';

/** All that the reader asks of its connection. */
export interface ReaderOwner extends RequestSink {
  readonly transport: Transport;
  readonly state: ConnectionState;
  readonly isDraining: boolean;
  /** The application needs time for the body. */
  readonly isHeld: boolean;
  /** Whether the next request waits for the client to read. */
  readonly isWritingPaused: boolean;
  /** Whether no further request may begin. */
  readonly isOverloaded: boolean;
  /** One is about to. */
  refuseRequest(): void;
  /** All has been parsed that may be. */
  parsed(): void;
  /** Nothing is left to be done in this event. */
  settled(): void;
  /** Nothing more comes: whether the connection ends with that. */
  inputEnded(): boolean;
  /** What the parser, or whoever heard of what it found, has thrown. */
  readingFailed(error: unknown): void;
}

/** Pipelined requests are answered in one go until so much is written; then the client must read. */
const BURST_BYTES = 262_144;
const CARRIAGE_RETURN = 0x0d;

/** Reads one client's requests. */
export class RequestReader {
  readonly #loop: IOLoop;
  readonly #owner: ReaderOwner;
  readonly #parser: RequestParser;
  readonly #chunkBytes: number;
  /** Bytes that came while nothing may be parsed; a copy. */
  #rest: Buffer | null = null;
  #isFeeding = false;
  #isPaused = false;
  #isInputEnded = false;
  /** Bytes of large pieces written in this event. */
  #burstBytes = 0;
  /** Draining: more has come than what is being parsed. */
  #isMoreBehind = false;

  constructor(loop: IOLoop, settings: ConnectionSettings, owner: ReaderOwner) {
    this.#loop = loop;
    this.#owner = owner;
    this.#parser = new RequestParser(owner, settings);
    this.#chunkBytes = settings.chunkBytes;
  }

  /** Whether the client is kept from sending. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether the client has ended its half, and may wait for its answer. */
  get isInputEnded(): boolean {
    return this.#isInputEnded;
  }

  /** Whether there are bytes that nobody may parse yet. */
  get hasRest(): boolean {
    return this.#rest !== null;
  }

  /** Whether nothing has come of the next request, and nothing keeps it from coming. */
  get isAtRest(): boolean {
    return (
      this.#rest === null && !this.#isPaused && !this.#isInputEnded && this.#parser.isUntouched
    );
  }

  /** Whether more has come than the request that is being handled. */
  get isMoreBehind(): boolean {
    return this.#rest !== null || this.#isMoreBehind;
  }

  /** Whether a request has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.#parser.isMidMessage;
  }

  /** Whether a request is complete, though perhaps not all of it is told. */
  get isDone(): boolean {
    return this.#parser.isDone;
  }

  /** Bytes have come; they are borrowed. */
  received(buffer: Buffer, start: number, end: number): void {
    this.#burstBytes = 0;
    if (this.#rest === null) this.#feed(buffer, start, end, true);
    else this.#rest = Buffer.concat([this.#rest, buffer.subarray(start, end)]);
    this.#owner.settled();
  }

  /** No more will come: whether the connection ends with that. */
  inputEnded(): boolean {
    this.#isInputEnded = true;
    return this.#rest === null && this.#owner.inputEnded();
  }

  /** An answer is complete: the next request's turn, after this one's if bytes are just being parsed. */
  nextRequest(): void {
    if (!this.#isFeeding) this.#loop.schedule(this.goOn, undefined);
  }

  /** What came meanwhile is parsed first. */
  readonly goOn = (): void => {
    if (this.#owner.state === 'head') this.#parser.next();
    if (!this.#isTaking()) return;
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) this.#feed(rest, 0, rest.length, false);
    if (this.#isInputEnded && !this.hasRest && this.#owner.inputEnded()) return;
    if (this.#isPaused && !this.#mustWait()) this.resume();
    this.#owner.settled();
  };

  /** Nothing of a body is told until `release`, and the client must wait. */
  hold(): void {
    this.#parser.pause();
    this.pause();
  }

  /** The body goes on. */
  release(): void {
    this.#parser.resume();
    this.goOn();
  }

  /** In the middle of a message: nothing of it is parsed any more. */
  stop(): void {
    this.#parser.pause();
  }

  /** The client must wait. */
  pause(): void {
    this.#isPaused = true;
    this.#owner.transport.pauseReading();
  }

  /** The client may send. */
  resume(): void {
    this.#isPaused = false;
    this.#owner.transport.resumeReading();
  }

  /** Forgets what nobody has parsed, and answers it. */
  takeRest(): Buffer | null {
    const rest = this.#rest;
    this.#rest = null;
    return rest;
  }

  /** As of `MessageParser`. */
  setMaxBodyBytes(bytes: number): void {
    this.#parser.setMaxBodyBytes(bytes);
  }

  /** A large piece of an answer was written. */
  wrote(bytes: number): void {
    this.#burstBytes += bytes;
  }

  /**
   * Parses as far as requests may be taken on, and keeps the rest: a copy of what is borrowed. What is kept already is not copied for
   * each of many requests in it.
   */
  #feed(buffer: Buffer, start: number, end: number, isBorrowed: boolean): void {
    let at = start;
    this.#isFeeding = true;
    try {
      while (at < end && this.#isTaking()) {
        if (this.#owner.isOverloaded && this.#isAtRequest(buffer, at)) {
          this.#owner.refuseRequest();
          break;
        }
        const stop = this.#stopAt(buffer, at, Math.min(end, at + this.#chunkBytes));
        at = this.#parser.push(buffer, at, stop);
        if (this.#owner.state === 'head') this.#parser.next();
      }
    } catch (error) {
      this.#owner.readingFailed(error);
    }
    this.#isFeeding = false;
    this.#isMoreBehind = false;
    if (at < end) {
      const rest = buffer.subarray(at, end);
      this.#keep(isBorrowed ? Buffer.from(rest) : rest);
    }
    this.#owner.parsed();
  }

  /** RFC 9112 §2.2: an empty line before a request is none of its. */
  #isAtRequest(buffer: Buffer, at: number): boolean {
    if (this.#owner.state !== 'head' || this.#parser.isMidMessage) return false;
    return (buffer[at] ?? 0) > CARRIAGE_RETURN;
  }

  /** Draining, the last request is known by its end, behind which nothing has come. */
  #stopAt(buffer: Buffer, at: number, end: number): number {
    if (!this.#owner.isDraining) return end;
    const stop = lineEnd(buffer, at, end);
    this.#isMoreBehind = stop < end;
    return stop;
  }

  #isTaking(): boolean {
    const { state, isHeld, isWritingPaused } = this.#owner;
    if (state === 'body') return !isHeld;
    return state === 'head' && !isWritingPaused && this.#burstBytes < BURST_BYTES;
  }

  /** What nobody may parse yet waits, and so does the client; what is not for us goes back where it came from. */
  #keep(rest: Buffer): void {
    const { state, transport } = this.#owner;
    if (state === 'detached') {
      transport.unread(rest);
    } else if (state !== 'linger' && state !== 'closed') {
      this.#rest = rest;
      this.pause();
      if (this.#burstBytes >= BURST_BYTES) this.#loop.addCallback(this.#afterBurst);
    }
  }

  /** What was written is on its way, and `pauseWriting` has been told if that was too much. */
  readonly #afterBurst = (): void => {
    this.#burstBytes = 0;
    if (this.#owner.state === 'head') this.goOn();
  };

  /** Without reading, nobody would see the client go. */
  #mustWait(): boolean {
    return this.hasRest || this.#owner.isHeld || this.#owner.state === 'detached';
  }
}
