// What our parsers tell of some bytes, written down so that two readings can be compared.
import assert from 'node:assert/strict';
import { HTTPInputError, RequestParser, ResponseParser } from '../../src/index.ts';
import type { HTTPHeaders, ParserLimits, RequestHead, ResponseHead } from '../../src/index.ts';
import type { Tape } from './tape.ts';

/** One message, as far as it was told. */
export interface ReadMessage<Head> {
  readonly head: Head;
  /** One byte a character. */
  body: string;
  trailers: HTTPHeaders | null;
  isComplete: boolean;
  /** How many bytes were taken when it was complete. */
  end: number;
}

/** All that was told. */
export interface Reading<Head> {
  readonly messages: ReadMessage<Head>[];
  /** What the bytes were refused for. */
  error: HTTPInputError | null;
  /** How many bytes were taken. */
  taken: number;
  /** Whether the bytes ended within a message. */
  isMidMessage: boolean;
}

type AnyParser = RequestParser | ResponseParser;

/** Writes down what a sink hears, and pauses the parser where it is told to. */
class Recorder<Head extends RequestHead | ResponseHead> {
  readonly reading: Reading<Head> = { messages: [], error: null, taken: 0, isMidMessage: false };
  parser: AnyParser | null = null;
  readonly #pauses: Tape | null;

  constructor(pauses: Tape | null) {
    this.#pauses = pauses;
  }

  onHead(head: Head): void {
    const last = this.reading.messages.at(-1);
    const isInterim = last !== undefined && 'status' in last.head && last.head.status < 200;
    assert(
      last === undefined || last.isComplete || isInterim,
      'a head before the last message is complete',
    );
    this.reading.messages.push({ head, body: '', trailers: null, isComplete: false, end: 0 });
    this.#perhapsPause();
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    assert(
      end > start && start >= 0 && end <= buffer.length,
      'a piece of a body that is empty, or not in the bytes',
    );
    this.#current().body += buffer.toString('latin1', start, end);
    this.#perhapsPause();
  }

  onTrailers(headers: HTTPHeaders): void {
    this.#current().trailers = headers;
    this.#perhapsPause();
  }

  onEnd(): void {
    this.#current().isComplete = true;
  }

  #current(): ReadMessage<Head> {
    const message = this.reading.messages.at(-1);
    assert(
      message !== undefined && !message.isComplete,
      'something of a message before its head, or behind its end',
    );
    return message;
  }

  #perhapsPause(): void {
    if (this.#pauses?.rarely(4) === true) this.parser?.pause();
  }
}

/** Feeds bytes in pieces that are only lent: each is spoilt behind its use. As a server does, it stops behind the last message. */
function feed(
  parser: AnyParser,
  reading: Reading<RequestHead | ResponseHead>,
  bytes: Buffer,
  cuts: Tape | null,
): void {
  try {
    for (let at = 0; at < bytes.length;) {
      const length = cuts === null ? bytes.length : 1 + cuts.below(cuts.rarely(3) ? 40 : 4);
      const piece = Buffer.from(bytes.subarray(at, at + length));
      let taken = 0;
      while (taken < piece.length) {
        const behind = parser.push(piece, taken, piece.length);
        assert(
          behind >= taken && behind <= piece.length,
          `${behind} taken of ${piece.length} from ${taken}`,
        );
        const isStuck = behind === taken && !parser.isDone && !parser.isPaused;
        taken = behind;
        reading.taken = at + taken;
        const last = reading.messages.at(-1);
        if (last?.isComplete === true && last.end === 0) last.end = reading.taken;
        parser.resume();
        if (parser.isDone) {
          if (last?.head.keepAlive === false) return;
          parser.next();
        } else if (isStuck) {
          return; // another protocol's
        }
      }
      piece.fill(0x58);
      at += piece.length;
    }
  } catch (error) {
    if (!(error instanceof HTTPInputError)) throw error;
    reading.error = error;
  }
}

/** Reads requests; cut, and paused, as the tape says. */
export function readRequests(
  bytes: Buffer,
  cuts: Tape | null,
  limits: ParserLimits = {},
): Reading<RequestHead> {
  const recorder = new Recorder<RequestHead>(cuts);
  const parser = new RequestParser(recorder, limits);
  recorder.parser = parser;
  feed(parser, recorder.reading, bytes, cuts);
  recorder.reading.isMidMessage = parser.isMidMessage;
  return recorder.reading;
}

/** Reads responses to requests of that method. */
export function readResponses(
  bytes: Buffer,
  method: string,
  cuts: Tape | null,
  limits: ParserLimits = {},
): Reading<ResponseHead> {
  const recorder = new Recorder<ResponseHead>(cuts);
  const parser = new ResponseParser(recorder, limits);
  parser.expect(method);
  recorder.parser = parser;
  feed(parser, recorder.reading, bytes, cuts);
  recorder.reading.isMidMessage = parser.isMidMessage;
  if (recorder.reading.error === null && parser.isMidMessage) {
    try {
      parser.eof();
    } catch (error) {
      if (!(error instanceof HTTPInputError)) throw error;
      recorder.reading.error = error;
    }
  }
  return recorder.reading;
}

/** A reading as text: equal for equal readings. What stood where it is refused is told as far as the head. */
export function describeReading(reading: Reading<RequestHead | ResponseHead>): string {
  let text = '';
  for (const { head, body, trailers, isComplete } of reading.messages) {
    const line =
      'method' in head
        ? `${head.method} ${head.target} ${head.host} ${head.expectContinue} ${head.isUpgrade}`
        : `${head.status} ${head.reason} ${head.hasNoBody} ${head.untilClose} ${head.isSwitch}`;
    text += `${line} 1.${head.minorVersion} ${head.keepAlive} ${head.contentLength} ${head.isChunked}\n${head.headers.toString()}\n`;
    text += `${body}\n${trailers === null ? '' : `${trailers.toString()}\n`}${isComplete}\n`;
  }
  if (reading.error !== null)
    return `${text}${reading.error.code} ${reading.error.status} ${reading.error.message}`;
  return `${text}${reading.taken}`;
}
