// Requests out of bytes, for servers. No I/O: bytes in, callbacks out.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { Framing } from './framing.ts';
import { HeadScanner, ScannerPool } from './head-scanner.ts';
import { MessageParser, type ParserLimits } from './message-parser.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import { RequestLineScanner } from './start-line-scanner.ts';
import type { BodySink } from './body-readers.ts';

/** Who hears what a request parser finds. */
export interface RequestSink extends BodySink {
  /** A head is complete and valid. */
  onHead(head: RequestHead): void;
  /** The message is complete; `push` returns, and takes nothing more before `next()`. */
  onEnd(): void;
}

const SCANNERS = new ScannerPool(() => new HeadScanner(new RequestLineScanner(), new Framing()));

/**
 * Parses HTTP/1.1 requests, one after another, from bytes cut anywhere. Strict: what two recipients could read in two
 * ways is refused. The cost is linear in the bytes, however they are cut.
 */
export class RequestParser extends MessageParser {
  readonly #sink: RequestSink;
  /** At a head that has come in part. */
  #scanner: HeadScanner<RequestLineScanner> | null = null;

  constructor(sink: RequestSink, limits: ParserLimits = {}) {
    super(sink, limits);
    this.#sink = sink;
  }

  /** The peer will send no more. @throws HTTPInputError `ERR_INCOMPLETE` in the middle of a message. */
  eof(): void {
    if (!this.isMidMessage) return;
    this.state = 'dead';
    throw new HTTPInputError('ERR_INCOMPLETE', 'the connection ended in the middle of a request');
  }

  /** Whether nothing has come of the next request, not even an empty line before it. */
  get isUntouched(): boolean {
    return this.state === 'head' && this.#scanner === null && !this.isPaused;
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
    const head = readRequestHead(scanner);
    SCANNERS.give(scanner);
    this.#sink.onHead(head);
    // RFC 9112 §6.3: a request with neither length nor chunks has no body (H1C-18).
    this.beginBody(head.contentLength, head.isChunked, false);
    return behind;
  }
}
