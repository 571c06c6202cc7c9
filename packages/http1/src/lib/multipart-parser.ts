// A multipart form as its bytes come (RFC 2046 §5.1, RFC 7578). Owns: where parts begin and end, and the limits.
// Must not know: where bytes come from, who takes the parts.
//
//   [ delimiter ] --CRLF--> [ head ] --empty line--> [ data ] --delimiter--> [ delimiter ]
//        '--"--"--> [ epilogue ]            what stands before the first delimiter is passed over
import { HTTPInputError } from './errors.ts';
import { checkBoundary, parsePartHead, type PartHead } from './part-head.ts';

/** Hears the parts, one after another. */
export interface MultipartSink {
  /** A part begins. */
  onPart(head: PartHead): void;
  /** A piece of it, never empty. The bytes are borrowed: they are valid until this returns. */
  onPartData(buffer: Buffer, start: number, end: number): void;
  /** It is complete. */
  onPartEnd(): void;
}

/** What a multipart body may hold; more is refused as soon as it is seen, before it is kept. */
export interface MultipartLimits {
  /** Default 100 (SEC-26). */
  readonly maxParts?: number;
  /** Bytes of a part's head. Default 10240. */
  readonly maxPartHeaderSize?: number;
  /** Bytes of one part. Default: no limit but the body's. */
  readonly maxPartSize?: number;
}

type State = 'preamble' | 'delimiter' | 'head' | 'data' | 'epilogue';

const CRLF = Buffer.from('\r\n');
const EMPTY_LINE = Buffer.from('\r\n\r\n');
const FINAL = Buffer.from('--');
const CR = 0x0d;

/** Parses one multipart body, pushed piece by piece. */
export class MultipartParser {
  readonly #sink: MultipartSink;
  readonly #limits: Required<MultipartLimits>;
  /** Line end and boundary: what ends a part. It has one CR, its first byte. */
  readonly #delimiter: Buffer;
  /** The first delimiter may stand at the very beginning, as if a line had ended before it. */
  #state: State = 'preamble';
  /** How much of the delimiter the last piece ended with. */
  #matched = 2;
  /** What is read behind a delimiter, or of a head. */
  #pending: Buffer = Buffer.alloc(0);
  #parts = 0;
  #partSize = 0;

  /** @throws HTTPInputError `ERR_BAD_BODY` for a boundary that is too long. */
  constructor(boundary: string, sink: MultipartSink, limits: MultipartLimits = {}) {
    checkBoundary(boundary);
    this.#sink = sink;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    const { maxParts = 100, maxPartHeaderSize = 10_240, maxPartSize = Infinity } = limits;
    this.#limits = { maxParts, maxPartHeaderSize, maxPartSize };
  }

  /**
   * The next bytes of the body.
   * @throws HTTPInputError `ERR_BAD_BODY`, for a part that is too large with the status 413. Nothing may be pushed then.
   */
  push(buffer: Buffer, start = 0, end: number = buffer.length): void {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case 'preamble':
        case 'data':
          at = this.#scan(buffer, at, end);
          break;
        case 'delimiter':
          at = this.#readDelimiterEnd(buffer, at);
          break;
        case 'head':
          at = this.#readHead(buffer, at, end);
          break;
        case 'epilogue':
          return;
      }
    }
  }

  /** The body has ended. @throws HTTPInputError `ERR_BAD_BODY` if the form has not. */
  finish(): void {
    if (this.#state === 'head') throw badBody('multipart/form-data missing headers');
    if (this.#state !== 'epilogue')
      throw badBody('Invalid multipart/form-data: no final boundary found');
  }

  /** Data up to the next delimiter; gives where it stopped. */
  #scan(buffer: Buffer, start: number, end: number): number {
    let from = start;
    if (this.#matched > 0) {
      from = this.#goOnMatching(buffer, start, end);
      if (this.#state === 'delimiter' || this.#matched > 0) return from;
    }
    const piece = buffer.subarray(from, end);
    const found = piece.indexOf(this.#delimiter);
    if (found >= 0) {
      this.#data(buffer, from, from + found);
      this.#delimited();
      return from + found + this.#delimiter.length;
    }
    this.#matched = beginsAtEnd(piece, this.#delimiter);
    this.#data(buffer, from, end - this.#matched);
    return end;
  }

  /** The piece before ended with the beginning of a delimiter, or of what looked like one. */
  #goOnMatching(buffer: Buffer, start: number, end: number): number {
    const delimiter = this.#delimiter;
    let at = start;
    while (at < end && this.#matched < delimiter.length) {
      if (buffer[at] !== delimiter[this.#matched]) {
        const held = this.#matched;
        this.#matched = 0;
        this.#data(delimiter, 0, held);
        return at;
      }
      at++;
      this.#matched++;
    }
    if (this.#matched === delimiter.length) this.#delimited();
    return at;
  }

  /** A delimiter has been read: what was data has ended. */
  #delimited(): void {
    if (this.#state === 'data') this.#sink.onPartEnd();
    this.#isEmptyLine = false;
    this.#state = 'delimiter';
    this.#matched = 0;
    this.#pending = Buffer.alloc(0);
  }

  /** Two bytes: a line end before the next part, or dashes behind the last. */
  #readDelimiterEnd(buffer: Buffer, at: number): number {
    this.#pending = Buffer.concat([this.#pending, buffer.subarray(at, at + 1)]);
    if (this.#pending.length < 2) return at + 1;
    if (this.#pending.equals(FINAL)) {
      this.#state = 'epilogue';
    } else if (this.#pending.equals(CRLF)) {
      this.#beginPart();
    } else {
      throw badBody('Invalid multipart/form-data: a boundary is followed by something else');
    }
    return at + 1;
  }

  #beginPart(): void {
    const { maxParts } = this.#limits;
    if (++this.#parts > maxParts)
      throw badBody(`multipart/form-data has too many parts, limit is ${maxParts}`);
    this.#partSize = 0;
    this.#state = 'head';
    this.#pending = Buffer.alloc(0);
  }

  #readHead(buffer: Buffer, at: number, end: number): number {
    const { maxPartHeaderSize: limit } = this.#limits;
    const known = this.#pending.length;
    // Never more than could still belong to a head.
    const upTo = Math.min(end, at + limit + EMPTY_LINE.length - known);
    // A head that is here as a whole, as most are, is not copied: behind it may stand much else.
    const came = buffer.subarray(at, upTo);
    const text = known === 0 ? came : Buffer.concat([this.#pending, came]);
    const headEnd = text.indexOf(EMPTY_LINE, Math.max(0, known - 3));
    if (headEnd < 0) {
      this.#pending = known === 0 ? Buffer.from(came) : text;
      if (text.length >= limit + EMPTY_LINE.length)
        throw badBody(`multipart/form-data part header is too long, limit is ${limit} bytes`);
      return upTo;
    }
    const head = parsePartHead(text.subarray(0, headEnd));
    this.#pending = Buffer.alloc(0);
    this.#state = 'data';
    // The line end behind the head may be that of a delimiter: a part without data.
    this.#matched = 2;
    this.#isEmptyLine = true;
    this.#sink.onPart(head);
    return at + (headEnd + EMPTY_LINE.length - known);
  }

  /** Whether what is matched is the head's own line end, which is no data. */
  #isEmptyLine = false;

  #data(buffer: Buffer, start: number, end: number): void {
    const from = this.#isEmptyLine ? start + 2 : start;
    this.#isEmptyLine = false;
    if (this.#state !== 'data' || from >= end) return;
    this.#partSize += end - from;
    const { maxPartSize } = this.#limits;
    if (this.#partSize > maxPartSize) {
      const message = `a part of the form is more than ${maxPartSize} bytes`;
      throw new HTTPInputError('ERR_BODY_TOO_LARGE', message, 413);
    }
    this.#sink.onPartData(buffer, from, end);
  }
}

/** How many bytes at the end of `piece` could be the beginning of `delimiter`, whose only CR is its first byte. */
function beginsAtEnd(piece: Buffer, delimiter: Buffer): number {
  const tail = piece.subarray(-(delimiter.length - 1));
  const at = tail.lastIndexOf(CR);
  if (at < 0) return 0;
  const length = tail.length - at;
  return tail.compare(delimiter, 0, length, at) === 0 ? length : 0;
}

function badBody(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_BODY', message);
}
