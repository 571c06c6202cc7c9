// Requests out of bytes, for servers. No I/O: bytes in, callbacks out.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { MessageParser, type ParserLimits } from './message-parser.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import type { BodySink } from './body-readers.ts';

/** Who hears what a request parser finds. */
export interface RequestSink extends BodySink {
  /** A head is complete and valid. */
  onHead(head: RequestHead): void;
  /** The message is complete; `push` returns, and takes nothing more before `next()`. */
  onEnd(): void;
}

/**
 * Parses HTTP/1.1 requests, one after another, from bytes cut anywhere. Strict: what two recipients could read in two
 * ways is refused. The cost is linear in the bytes, however they are cut.
 */
export class RequestParser extends MessageParser {
  readonly #sink: RequestSink;

  constructor(sink: RequestSink, limits: ParserLimits = {}) {
    super(limits);
    this.#sink = sink;
  }

  /** The peer will send no more. @throws HTTPInputError `ERR_INCOMPLETE` in the middle of a message. */
  eof(): void {
    if (!this.isMidMessage) return;
    this.state = 'dead';
    throw new HTTPInputError('ERR_INCOMPLETE', 'the connection ended in the middle of a request');
  }

  protected override headScanned(): void {
    const { scanner } = this;
    const marks = scanner.marks.slice(0, scanner.markCount);
    const head = readRequestHead(scanner.text, scanner.startLineEnd, marks);
    this.#sink.onHead(head);
    // RFC 9112 §6.3: a request with neither length nor chunks has no body (H1C-18).
    this.beginBody(head.contentLength, head.isChunked, false, this.#sink);
  }

  protected override bodyEnded(): void {
    this.#sink.onEnd();
  }
}
