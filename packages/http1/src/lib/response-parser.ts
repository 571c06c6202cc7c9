// Responses out of bytes, for clients. No I/O: bytes in, callbacks out.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { Framing } from './framing.ts';
import { HeadScanner, ScannerPool } from './head-scanner.ts';
import { MessageParser, type ParserLimits } from './message-parser.ts';
import { readResponseHead, type ResponseHead } from './response-head.ts';
import { StatusLineScanner } from './start-line-scanner.ts';
import type { BodySink } from './body-readers.ts';

/** Who hears what a response parser finds. */
export interface ResponseSink extends BodySink {
  /** A head is complete and valid; with a status below 200 another head follows without `onEnd` (H1C-11). */
  onHead(head: ResponseHead): void;
  /** The message is complete; `push` returns, and takes nothing more before `next()`. */
  onEnd(): void;
}

/** How many answers before the final one are read for one request. */
const MAX_INTERIM_RESPONSES = 100;

const SCANNERS = new ScannerPool(() => new HeadScanner(new StatusLineScanner(), new Framing()));

/** Parses HTTP/1.1 responses, one after another, from bytes cut anywhere; as strict as `RequestParser`. */
export class ResponseParser extends MessageParser {
  readonly #sink: ResponseSink;
  /** At a head that has come in part. */
  #scanner: HeadScanner<StatusLineScanner> | null = null;
  #method = 'GET';
  #isUntilClose = false;
  #interimCount = 0;

  constructor(sink: ResponseSink, limits: ParserLimits = {}) {
    super(sink, limits);
    this.#sink = sink;
  }

  /** Which request the next response answers; HEAD and CONNECT change how it is read. */
  expect(method: string): void {
    this.#method = method;
  }

  /** The peer will send no more: ends a body that only that ends. @throws HTTPInputError `ERR_INCOMPLETE` elsewhere. */
  eof(): void {
    if (this.state === 'body' && this.#isUntilClose) {
      this.endBody();
      return;
    }
    if (!this.isMidMessage) return;
    this.state = 'dead';
    throw new HTTPInputError('ERR_INCOMPLETE', 'the connection ended in the middle of a response');
  }

  protected override get isMidHead(): boolean {
    return this.#scanner?.isMidHead === true;
  }

  protected override scanHead(buffer: Buffer, start: number, end: number): number {
    const scanner = this.#scanner ?? SCANNERS.take();
    this.#scanner = null;
    const behind = scanner.scan(buffer, start, end, this.limits);
    if (behind < 0) {
      this.#scanner = scanner;
      return end;
    }
    const head = readResponseHead(scanner, this.#method);
    SCANNERS.give(scanner);
    this.#isUntilClose = head.untilClose;
    this.#sink.onHead(head);
    if (head.isSwitch) {
      this.state = 'switched';
      this.#sink.onEnd();
    } else if (head.status < 200) {
      this.#countInterim();
    } else {
      this.#interimCount = 0;
      const length = head.hasNoBody ? 0 : head.contentLength;
      this.beginBody(length, head.isChunked && !head.hasNoBody, head.untilClose);
    }
    return behind;
  }

  /** A peer that sends interim answers and no other would be listened to for ever. */
  #countInterim(): void {
    if (++this.#interimCount <= MAX_INTERIM_RESPONSES) return;
    const message = `more than ${MAX_INTERIM_RESPONSES} interim responses to one request`;
    throw new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
  }
}
