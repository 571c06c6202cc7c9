// The three framings of a body, an object each; nowhere else asks "is it chunked?". RFC 9112 §6, §7.1.
// HOT: `pnpm bench http`
import { forbiddenTrailer } from './chunks.ts';
import { HTTPInputError } from './errors.ts';
import { HeadScanner, type HeadLimits } from './head-scanner.ts';
import { HTTPHeaders } from './headers.ts';
import { CR, LF, hexDigit } from './octets.ts';
import { describeOctet } from './start-line-scanner.ts';

/** Who takes the body's bytes. */
export interface BodySink {
  /** Bytes `start` to `end` of `buffer`, never none; they are borrowed. */
  onBody(buffer: Buffer, start: number, end: number): void;
  /** Fields behind a chunked body. */
  onTrailers?(headers: HTTPHeaders): void;
}

/** Who can be told to take nothing more for now. */
export interface Pausable {
  /** Asked again after each piece that was given away. */
  readonly isPaused: boolean;
}

/** Reads one body after another; a parser has one of a kind. */
export interface BodyReader {
  /** Ready for a body of `length` bytes, where that is known. @throws HTTPInputError `ERR_BODY_TOO_LARGE` */
  begin(length: number, maxBodyBytes: number): void;
  /** Takes bytes; answers the index behind what it took. Takes all unless the body ends or `flow` is paused. */
  push(buffer: Buffer, start: number, end: number, flow: Pausable): number;
  /** Whether the body is complete. */
  readonly isDone: boolean;
}

/** Content-Length bytes. */
export class LengthReader implements BodyReader {
  readonly #sink: BodySink;
  #left = 0;

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  begin(length: number, maxBodyBytes: number): void {
    if (length > maxBodyBytes) throw tooLarge(`Content-Length too long: ${length}`, maxBodyBytes);
    this.#left = length;
  }

  push(buffer: Buffer, start: number, end: number): number {
    const behind = Math.min(end, start + this.#left);
    this.#left -= behind - start;
    if (behind > start) this.#sink.onBody(buffer, start, behind);
    return behind;
  }
}

/** Everything until the connection ends; for responses. */
export class UntilCloseReader implements BodyReader {
  readonly isDone = false;
  readonly #sink: BodySink;
  #left = 0;
  #limit = 0;

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  begin(_length: number, maxBodyBytes: number): void {
    this.#left = maxBodyBytes;
    this.#limit = maxBodyBytes;
  }

  push(buffer: Buffer, start: number, end: number): number {
    const behind = Math.min(end, start + this.#left);
    this.#left -= behind - start;
    if (behind > start) this.#sink.onBody(buffer, start, behind);
    if (behind < end) throw tooLarge('body without length too large', this.#limit);
    return end;
  }
}

const SIZE = 0;
const SIZE_LF = 1;
const DATA = 2;
const DATA_CR = 3;
const DATA_LF = 4;
const TRAILERS = 5;
const LAST_LF = 6;
const DONE = 7;

/** H1C-16: a size line has at most 64 bytes, its line end included. */
const MAX_SIZE_DIGITS = 62;

/** Chunks. RFC 9112 §7.1. Extensions are refused: nobody needs them, and recipients differ in where they end. */
export class ChunkedReader implements BodyReader {
  readonly #sink: BodySink;
  readonly #limits: HeadLimits;
  /** Only for a body that has trailers, which few have. */
  #trailers: HeadScanner<null> | null = null;
  #state: number = SIZE;
  #size = 0;
  #digits = 0;
  #left = 0;
  #limit = 0;

  constructor(sink: BodySink, limits: HeadLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  get isDone(): boolean {
    return this.#state === DONE;
  }

  begin(_length: number, maxBodyBytes: number): void {
    this.#state = SIZE;
    this.#size = 0;
    this.#digits = 0;
    this.#left = maxBodyBytes;
    this.#limit = maxBodyBytes;
  }

  push(buffer: Buffer, start: number, end: number, flow: Pausable): number {
    let at = start;
    while (at < end && this.#state !== DONE && !flow.isPaused) {
      if (this.#state === DATA) at = this.#pushData(buffer, at, end);
      else if (this.#state === TRAILERS) at = this.#pushTrailers(buffer, at, end);
      else this.#pushOctet(buffer[at++]!);
    }
    return at;
  }

  #pushData(buffer: Buffer, start: number, end: number): number {
    const behind = Math.min(end, start + this.#size);
    this.#size -= behind - start;
    if (this.#size === 0) this.#state = DATA_CR;
    this.#sink.onBody(buffer, start, behind);
    return behind;
  }

  #pushTrailers(buffer: Buffer, start: number, end: number): number {
    if (this.#trailers === null) {
      if (buffer[start] === CR) {
        this.#state = LAST_LF;
        return start + 1;
      }
      this.#trailers = new HeadScanner(null, null);
    }
    const scanner = this.#trailers;
    const behind = scanner.scan(buffer, start, end, this.#limits);
    if (behind < 0) return end;
    this.#trailers = null;
    this.#state = DONE;
    const headers = HTTPHeaders.fromWire(scanner.text, scanner.copyMarks());
    const forbidden = forbiddenTrailer(headers);
    if (forbidden !== undefined) throw badChunk(`trailer field ${forbidden} is not allowed`);
    this.#sink.onTrailers?.(headers);
    return behind;
  }

  #pushOctet(octet: number): void {
    switch (this.#state) {
      case SIZE:
        this.#pushSize(octet);
        break;
      case SIZE_LF:
        if (octet !== LF) throw badChunk('invalid chunk size: a CR that no LF follows');
        this.#state = this.#size > 0 ? DATA : TRAILERS;
        break;
      case DATA_CR:
        if (octet !== CR)
          throw badChunk('chunk data is not as long as its size, or no CRLF follows');
        this.#state = DATA_LF;
        break;
      case DATA_LF:
        if (octet !== LF)
          throw badChunk('chunk data is not as long as its size, or no CRLF follows');
        this.#size = 0;
        this.#digits = 0;
        this.#state = SIZE;
        break;
      default:
        if (octet !== LF)
          throw badChunk('improperly terminated chunked body: a CR that no LF follows');
        this.#state = DONE;
    }
  }

  #pushSize(octet: number): void {
    const digit = hexDigit(octet);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      if (++this.#digits > MAX_SIZE_DIGITS)
        throw badChunk(`invalid chunk size: more than ${MAX_SIZE_DIGITS} digits`);
      if (this.#size > Number.MAX_SAFE_INTEGER) throw badChunk('invalid chunk size: over 2^53 - 1');
      return;
    }
    if (octet !== CR || this.#digits === 0)
      throw badChunk(
        `invalid chunk size: ${describeOctet(octet)}, not hexadecimal digits and CRLF`,
      );
    this.#left -= this.#size;
    if (this.#left < 0) throw tooLarge('chunked body too large', this.#limit);
    this.#state = SIZE_LF;
  }
}

function badChunk(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_CHUNK', message);
}

function tooLarge(message: string, limit: number): HTTPInputError {
  return new HTTPInputError('ERR_BODY_TOO_LARGE', `${message}, limit is ${limit} bytes`, 413);
}
