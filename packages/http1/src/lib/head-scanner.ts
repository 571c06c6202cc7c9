// The head of a message, octet by octet. Owns: line ends, where names and values lie, the limits of a head.
// Must not know: what start lines and header fields mean (request-head.ts, response-head.ts).
// HOT: `pnpm bench http`
//
// A head that is whole in the bytes given is scanned there; otherwise its bytes are copied together and the scan goes on
// where it stood, so that the cost is linear however the bytes are cut. Only CRLF ends a line: RFC 9112 §2.2 would let us
// take a bare LF, but two readers who differ on that can be played off against each other.
import { HTTPInputError } from './errors.ts';
import { IS_FIELD_VALUE, IS_TOKEN } from './octets.ts';

const CR = 13;
const LF = 10;
const SP = 32;
const HTAB = 9;
const COLON = 58;

const BEFORE = 0; // empty lines before the start line: RFC 9112 §2.2
const START_LINE = 1;
const START_LINE_LF = 2;
const LINE = 3;
const NAME = 4;
const BEFORE_VALUE = 5;
const VALUE = 6;
const VALUE_LF = 7;
const END_LF = 8;
const BEFORE_LF = 9;

/** How large a head may be. */
export interface HeadLimits {
  /** In bytes, line ends included. */
  readonly maxHeadBytes: number;
  /** How many header lines. */
  readonly maxHeaderCount: number;
}

/** Finds the head's end and everything in it. */
export class HeadScanner {
  /** The head's text, from the start line's first character; one byte a character. Valid when `scan` has found the end. */
  text = '';
  /** Where the start line ends in `text`. */
  startLineEnd = 0;
  /** Four numbers a field, offsets in `text`; overwritten by the next head. */
  marks: Int32Array = new Int32Array(4 * 32);
  /** How many numbers of `marks` are in use. */
  markCount = 0;
  readonly #limits: HeadLimits;
  #state = BEFORE;
  #emptyLines = 0;
  /** Scanned so far, counted from the head's first byte. */
  #position = 0;
  /** Bytes of a head that came in pieces. */
  #kept: Buffer | null = null;
  #keptLength = 0;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  /** Whether some of a head is here, but not all. */
  get isMidHead(): boolean {
    return this.#position > 0;
  }

  /** Ready for the next head. */
  reset(): void {
    this.#state = BEFORE;
    this.#emptyLines = 0;
    this.#position = 0;
    this.#keptLength = 0;
    this.markCount = 0;
  }

  /** Ready for fields with no start line: the trailers of a chunked body. */
  resetToFields(): void {
    this.reset();
    this.#state = LINE;
  }

  /**
   * Scans on. Answers the index behind the head, or -1 when it goes on beyond `end`; then all bytes are taken.
   * @throws HTTPInputError
   */
  scan(buffer: Buffer, start: number, end: number): number {
    if (this.#keptLength === 0) {
      const skipped = this.#skipEmptyLines(buffer, start, end);
      const behind = this.#run(buffer, skipped, end);
      if (behind >= 0) this.text = buffer.toString('latin1', skipped, behind);
      else this.#keep(buffer, skipped, end);
      return behind;
    }
    const before = this.#keptLength;
    this.#keep(buffer, start, end);
    const kept = this.#kept!;
    const behind = this.#run(kept, 0, this.#keptLength);
    if (behind < 0) return -1;
    this.text = kept.toString('latin1', 0, behind);
    return start + behind - before;
  }

  /** One empty line may come before a request: some clients send it behind a body. */
  #skipEmptyLines(buffer: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && (this.#state === BEFORE || this.#state === BEFORE_LF)) {
      const octet = buffer[at]!;
      if (this.#state === BEFORE_LF) {
        if (octet !== LF) throw bareCr();
        this.#state = BEFORE;
      } else if (octet === CR && this.#emptyLines++ < 1) {
        this.#state = BEFORE_LF;
      } else {
        this.#state = START_LINE;
        break;
      }
      at++;
    }
    return at;
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    const length = this.#keptLength + end - start;
    if (this.#kept === null || this.#kept.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(length * 2, 1024));
      if (this.#kept !== null) this.#kept.copy(grown, 0, 0, this.#keptLength);
      this.#kept = grown;
    }
    buffer.copy(this.#kept, this.#keptLength, start, end);
    this.#keptLength = length;
  }

  /** The state machine, over a head that begins at `base`. */
  #run(buffer: Buffer, base: number, end: number): number {
    let at = base + this.#position;
    const last = Math.min(end, base + this.#limits.maxHeadBytes);
    let state = this.#state;
    while (at < last) {
      switch (state) {
        case START_LINE:
          while (at < last && buffer[at]! >= SP) at++;
          if (at === last) break;
          if (buffer[at] !== CR) {
            if (buffer[at] !== HTAB) throw badStartLine(buffer[at]!);
            at++;
            break;
          }
          this.startLineEnd = at++ - base;
          state = START_LINE_LF;
          break;
        case START_LINE_LF:
        case VALUE_LF:
          if (buffer[at++] !== LF) throw bareCr();
          state = LINE;
          break;
        case LINE: {
          const octet = buffer[at]!;
          if (octet === CR) {
            at++;
            state = END_LF;
            break;
          }
          if (octet === SP || octet === HTAB)
            throw bad('a header line begins with white space (obs-fold)');
          this.#mark(at - base);
          state = NAME;
          break;
        }
        case NAME:
          while (at < last && IS_TOKEN[buffer[at]!] === 1) at++;
          if (at === last) break;
          if (buffer[at] !== COLON) throw badName(buffer[at]!);
          if (at - base === this.marks[this.markCount - 4]) throw bad('a header line has no name');
          this.marks[this.markCount - 3] = at++ - base;
          state = BEFORE_VALUE;
          break;
        case BEFORE_VALUE:
          while (at < last && (buffer[at] === SP || buffer[at] === HTAB)) at++;
          if (at === last) break;
          this.marks[this.markCount - 2] = at - base;
          state = VALUE;
          break;
        case VALUE:
          while (at < last && IS_FIELD_VALUE[buffer[at]!] === 1) at++;
          if (at === last) break;
          if (buffer[at] !== CR) throw badValue(buffer[at]!);
          this.#endValue(buffer, base, at);
          at++;
          state = VALUE_LF;
          break;
        case END_LF:
          if (buffer[at++] !== LF) throw bareCr();
          return at;
        default:
          throw new Error(`unknown state ${state}`);
      }
    }
    this.#state = state;
    this.#position = at - base;
    if (at - base >= this.#limits.maxHeadBytes) {
      const message = `the head of the message is over ${this.#limits.maxHeadBytes} bytes`;
      throw new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
    }
    return -1;
  }

  /** White space behind a value is not part of it: RFC 9112 §5.1. */
  #endValue(buffer: Buffer, base: number, at: number): void {
    const valueStart = this.marks[this.markCount - 2]!;
    let end = at - base;
    while (end > valueStart && (buffer[base + end - 1] === SP || buffer[base + end - 1] === HTAB))
      end--;
    this.marks[this.markCount - 1] = end;
  }

  #mark(nameStart: number): void {
    if (this.markCount >= this.#limits.maxHeaderCount * 4) {
      const message = `the message has more than ${this.#limits.maxHeaderCount} header lines`;
      throw new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
    }
    if (this.markCount === this.marks.length) {
      const grown = new Int32Array(this.marks.length * 2);
      grown.set(this.marks);
      this.marks = grown;
    }
    this.marks[this.markCount] = nameStart;
    this.markCount += 4;
  }
}

function bad(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HEADER', message);
}

function bareCr(): HTTPInputError {
  return bad('a CR that no LF follows');
}

function badStartLine(octet: number): HTTPInputError {
  const what = octet === LF ? 'a line ends in a bare LF' : `octet 0x${octet.toString(16)}`;
  return new HTTPInputError('ERR_BAD_START_LINE', `Malformed start line: ${what}`);
}

function badName(octet: number): HTTPInputError {
  if (octet === CR || octet === LF) return bad('no colon in header line');
  return bad(`Invalid header name: octet 0x${octet.toString(16)} in it`);
}

function badValue(octet: number): HTTPInputError {
  if (octet === LF) return bad('a header line ends in a bare LF');
  return bad(`Invalid header value: octet 0x${octet.toString(16)} in it`);
}
