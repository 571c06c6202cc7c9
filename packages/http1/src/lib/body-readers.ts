// The three framings of a body, an object each; nowhere else asks "is it chunked?". RFC 9112 §6, §7.1.
import { HTTPInputError } from './errors.ts';
import { HeadScanner, type HeadLimits } from './head-scanner.ts';
import { HTTPHeaders } from './headers.ts';

/** Who takes the body's bytes. */
export interface BodySink {
  /** Bytes `start` to `end` of `buffer`, never none; they are borrowed. */
  onBody(buffer: Buffer, start: number, end: number): void;
  /** Fields behind a chunked body. */
  onTrailers?(headers: HTTPHeaders): void;
}

/** Reads one body. */
export interface BodyReader {
  /** Takes bytes; answers the index behind what it took. Takes all unless the body ends or `isPaused` turns true. */
  push(buffer: Buffer, start: number, end: number, isPaused: () => boolean): number;
  /** Whether the body is complete. */
  readonly isDone: boolean;
  /** How many more bytes of body may come. */
  setLimit(maxBodyBytes: number): void;
}

/** Content-Length bytes. */
export class LengthReader implements BodyReader {
  readonly #sink: BodySink;
  #left: number;

  constructor(sink: BodySink, length: number) {
    this.#sink = sink;
    this.#left = length;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  setLimit(maxBodyBytes: number): void {
    if (this.#left > maxBodyBytes)
      throw tooLarge(`Content-Length too long: ${this.#left}`, maxBodyBytes);
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
  #left = Infinity;
  #limit = Infinity;

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  setLimit(maxBodyBytes: number): void {
    this.#left = maxBodyBytes;
    this.#limit = maxBodyBytes;
  }

  push(buffer: Buffer, start: number, end: number): number {
    this.#left -= end - start;
    if (this.#left < 0) throw tooLarge('body without length too large', this.#limit);
    this.#sink.onBody(buffer, start, end);
    return end;
  }
}

const SIZE = 0;
const SIZE_LF = 1;
const DATA = 2;
const DATA_CR = 3;
const DATA_LF = 4;
const TRAILERS = 5;
const DONE = 6;

/** H1C-16: a size line has at most so many bytes; digits of 2^53 - 1 are 14. */
const MAX_SIZE_DIGITS = 14;

/** Fields that would change how the message is read, were they believed behind it. RFC 9110 §6.5.1. */
const FORBIDDEN_TRAILERS = [
  'Transfer-Encoding',
  'Content-Length',
  'Host',
  'Content-Encoding',
  'Trailer',
];

/** Chunks. Extensions are refused: nobody needs them, and recipients differ in where they end. */
export class ChunkedReader implements BodyReader {
  readonly #sink: BodySink;
  readonly #trailers: HeadScanner;
  #state: number = SIZE;
  #size = 0;
  #digits = 0;
  #left = Infinity;
  #limit = Infinity;

  constructor(sink: BodySink, limits: HeadLimits) {
    this.#sink = sink;
    this.#trailers = new HeadScanner(limits);
  }

  get isDone(): boolean {
    return this.#state === DONE;
  }

  setLimit(maxBodyBytes: number): void {
    this.#left = maxBodyBytes;
    this.#limit = maxBodyBytes;
  }

  push(buffer: Buffer, start: number, end: number, isPaused: () => boolean): number {
    let at = start;
    while (at < end && this.#state !== DONE && !isPaused()) {
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
    const behind = this.#trailers.scan(buffer, start, end);
    if (behind < 0) return end;
    this.#state = DONE;
    const { text, marks, markCount } = this.#trailers;
    if (markCount === 0) return behind;
    const headers = HTTPHeaders.fromWire({ text, marks: marks.slice(0, markCount) });
    const forbidden = FORBIDDEN_TRAILERS.find((name) => headers.has(name));
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
        if (octet !== 10) throw badChunk('invalid chunk size: a CR that no LF follows');
        if (this.#size > 0) {
          this.#state = DATA;
        } else {
          this.#trailers.resetToFields();
          this.#state = TRAILERS;
        }
        break;
      case DATA_CR:
        if (octet !== 13) throw badChunk('chunk data is longer than its size');
        this.#state = DATA_LF;
        break;
      default:
        if (octet !== 10) throw badChunk('chunk data is longer than its size');
        this.#size = 0;
        this.#digits = 0;
        this.#state = SIZE;
    }
  }

  #pushSize(octet: number): void {
    const digit = hexDigit(octet);
    if (digit >= 0 && ++this.#digits <= MAX_SIZE_DIGITS) {
      this.#size = this.#size * 16 + digit;
      return;
    }
    if (digit >= 0) throw badChunk(`invalid chunk size: more than ${MAX_SIZE_DIGITS} digits`);
    if (octet !== 13 || this.#digits === 0)
      throw badChunk(`invalid chunk size: octet 0x${octet.toString(16)}`);
    this.#left -= this.#size;
    if (this.#left < 0) throw tooLarge('chunked body too large', this.#limit);
    this.#state = SIZE_LF;
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const folded = octet | 0x20;
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1;
}

function badChunk(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_CHUNK', message);
}

function tooLarge(message: string, limit: number): HTTPInputError {
  return new HTTPInputError('ERR_BODY_TOO_LARGE', `${message}, limit is ${limit} bytes`, 413);
}
