// The head of a message, octet by octet. Owns: line ends, where names and values lie, the limits of a head.
// Must not know: what start lines (start-line-scanner.ts) and fields (framing.ts) mean.
// HOT: `pnpm bench http`
//
// A head that is whole in the bytes given is scanned there; otherwise its bytes are copied together and the scan goes on
// where it stood, so that the cost is linear however the bytes are cut. Only CRLF ends a line: RFC 9112 §2.2 would let us
// take a bare LF, but two readers who differ on that can be played off against each other.
import { HTTPInputError } from './errors.ts';
import { latin1Text } from './latin1.ts';
import { COLON, CR, IS_FIELD_VALUE, IS_TOKEN, LF, isBlank } from './octets.ts';
import { describeOctet, type StartLineScanner } from './start-line-scanner.ts';
import type { Framing } from './framing.ts';

const BEFORE = 0; // an empty line before the start line: RFC 9112 §2.2
const BEFORE_LF = 1;
const START_LINE = 2;
const LINE_LF = 3;
const LINE = 4;
const NAME = 5;
const VALUE = 6;
const END_LF = 7;

/** How large a head may be. */
export interface HeadLimits {
  /** In bytes, line ends included. */
  readonly maxHeadBytes: number;
  /** How many header lines. */
  readonly maxHeaderCount: number;
}

/** Marks that a scanner needs no more, once a head is taken; a head with more fields brings its own. */
const MAX_KEPT_MARKS = 256;

/** Finds a head's end and everything in it. One scanner serves many connections, one head at a time. */
export class HeadScanner<Line extends StartLineScanner | null = StartLineScanner | null> {
  /** The start line; null where there is none. */
  readonly line: Line;
  /** What the fields say of the message's framing; null where nobody asks. */
  readonly framing: Framing | null;
  /** The head's text, from the start line's first character; one byte a character. Valid when `scan` has found the end. */
  text = '';
  /** Where the first line ends in `text`, then two places a field: its colon, and the end of its line. */
  #marks: number[] = [0];
  #markCount = 1;
  #state = BEFORE;
  /** Scanned so far, counted from the head's first byte. */
  #position = 0;
  /** Bytes of a head that came in pieces. */
  #kept: Buffer | null = null;
  #keptLength = 0;

  constructor(line: Line, framing: Framing | null) {
    this.line = line;
    this.framing = framing;
    this.reset();
  }

  /** Whether some of a head is here, but not all. */
  get isMidHead(): boolean {
    return this.#position > 0;
  }

  /** A copy of the places in `text`; see `HTTPHeaders.fromWire`. */
  copyMarks(): number[] {
    return this.#marks.slice(0, this.#markCount);
  }

  /** Ready for another head. Holds on to nothing of the last one. */
  reset(): void {
    this.#state = this.line === null ? LINE : BEFORE;
    this.#position = 0;
    this.#kept = null;
    this.#keptLength = 0;
    this.text = '';
    this.#markCount = 1;
    if (this.#marks.length > MAX_KEPT_MARKS) this.#marks = [0];
    this.#marks[0] = -2; // where there is no start line, as if one ended right before the first field
    this.line?.reset();
    this.framing?.reset();
  }

  /**
   * Scans on. Answers the index behind the head, or -1 when it goes on beyond `end`; then all bytes are taken.
   * @throws HTTPInputError
   */
  scan(buffer: Buffer, start: number, end: number, limits: HeadLimits): number {
    if (this.#keptLength === 0) {
      const from = this.#state < START_LINE ? this.#skipEmptyLine(buffer, start, end) : start;
      if (from === end) return -1;
      const behind = this.#run(buffer, from, end, limits);
      if (behind >= 0) this.text = latin1Text(buffer, from, behind);
      else this.#keep(buffer, from, end, limits);
      return behind;
    }
    const before = this.#keptLength;
    const kept = this.#keep(buffer, start, end, limits);
    const behind = this.#run(kept, 0, this.#keptLength, limits);
    if (behind < 0) return -1;
    this.text = latin1Text(kept, 0, behind);
    return start + behind - before;
  }

  /** One empty line may come before a request: some clients send it behind a body. */
  #skipEmptyLine(buffer: Buffer, start: number, end: number): number {
    let at = start;
    if (this.#state === BEFORE && at < end) {
      if (buffer[at] === CR) {
        at++;
        this.#state = BEFORE_LF;
      } else {
        this.#state = START_LINE;
      }
    }
    if (this.#state === BEFORE_LF && at < end) {
      if (buffer[at++] !== LF) throw bareCr();
      this.#state = START_LINE;
    }
    return at;
  }

  /** Copies what can still be part of a head. */
  #keep(buffer: Buffer, start: number, end: number, limits: HeadLimits): Buffer {
    const room = limits.maxHeadBytes - this.#keptLength;
    const length = this.#keptLength + Math.min(end - start, room);
    let kept = this.#kept;
    if (kept === null || kept.length < length) {
      kept = Buffer.allocUnsafe(Math.max(length * 2, 512));
      this.#kept?.copy(kept, 0, 0, this.#keptLength);
      this.#kept = kept;
    }
    buffer.copy(kept, this.#keptLength, start, end);
    this.#keptLength = length;
    return kept;
  }

  /** The state machine, over a head that begins at `base`. */
  #run(buffer: Buffer, base: number, end: number, limits: HeadLimits): number {
    const last = Math.min(end, base + limits.maxHeadBytes);
    let at = base + this.#position;
    if (this.#state === START_LINE && at < last) at = this.#runStartLine(buffer, base, at, last);
    if (this.#state > START_LINE) {
      at = this.#runFields(buffer, base, at, last, limits);
      if (this.#state === END_LF && at < last) {
        if (buffer[at] !== LF) throw bareCr();
        return at + 1;
      }
    }
    this.#position = at - base;
    if (this.#position >= limits.maxHeadBytes) {
      const message = `the head of the message is over ${limits.maxHeadBytes} bytes`;
      throw new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
    }
    return -1;
  }

  #runStartLine(buffer: Buffer, base: number, from: number, last: number): number {
    const line = this.line;
    if (line === null) return from;
    const at = line.scan(buffer, base, from, last);
    if (!line.isDone) return at;
    this.#marks[0] = at - base;
    this.#state = LINE_LF;
    return at + 1;
  }

  /** Answers the index behind the CR of the empty line, or `last`. */
  #runFields(buffer: Buffer, base: number, from: number, last: number, limits: HeadLimits): number {
    const isToken = IS_TOKEN; // an imported binding is looked up anew at every use
    let at = from;
    let state = this.#state;
    while (at < last) {
      if (state === LINE_LF) {
        if (buffer[at++] !== LF) throw bareCr();
        state = LINE;
        if (at === last) break;
      }
      if (state === LINE) {
        if (buffer[at] === CR) {
          at++;
          state = END_LF;
          break;
        }
        if (isBlank(buffer[at]!))
          throw bad('a header line begins with white space (obs-fold), not with a name');
        if (buffer[at] === COLON) throw bad('a header line has no name');
        this.#openMark(limits);
        state = NAME;
      }
      if (state === NAME) {
        while (at < last && isToken[buffer[at]!] === 1) at++;
        if (at === last) break;
        if (buffer[at] !== COLON) throw badName(buffer[at]!);
        this.#marks[this.#markCount - 2] = at++ - base;
        state = VALUE;
      }
      if (state === VALUE) {
        at = skipValue(buffer, at, last);
        if (at === last) break;
        if (buffer[at] !== CR) throw badValue(buffer[at]!);
        this.#closeMark(buffer, base, at++);
        state = LINE_LF;
      } else {
        break; // END_LF
      }
    }
    this.#state = state;
    return at;
  }

  #openMark(limits: HeadLimits): void {
    const count = this.#markCount;
    if (count > limits.maxHeaderCount * 2) {
      const message = `the message has more than ${limits.maxHeaderCount} header lines`;
      throw new HTTPInputError('ERR_HEAD_TOO_LARGE', message, 431);
    }
    if (count === this.#marks.length) this.#marks.push(0, 0);
    this.#markCount = count + 2;
  }

  #closeMark(buffer: Buffer, base: number, at: number): void {
    const marks = this.#marks;
    const count = this.#markCount;
    marks[count - 1] = at - base;
    if (this.framing === null) return;
    const nameStart = base + (marks[count - 3] ?? 0) + 2;
    this.framing.take(buffer, base, nameStart, base + (marks[count - 2] ?? 0), at);
  }
}

/** The index of the first octet that no value holds, or `last`. */
function skipValue(buffer: Buffer, from: number, last: number): number {
  const isValue = IS_FIELD_VALUE;
  let at = from;
  // Four at a time, as long as there are four: a tenth of the whole cost of a head.
  for (; at + 3 < last; at += 4) {
    const left = isValue[buffer[at]!]! & isValue[buffer[at + 1]!]!;
    if ((left & isValue[buffer[at + 2]!]! & isValue[buffer[at + 3]!]!) !== 1) break;
  }
  while (at < last && isValue[buffer[at]!] === 1) at++;
  return at;
}

/** Scanners that are at no head; one is enough as long as heads come whole. */
export class ScannerPool<Line extends StartLineScanner> {
  readonly #make: () => HeadScanner<Line>;
  #spare: HeadScanner<Line> | null = null;

  constructor(make: () => HeadScanner<Line>) {
    this.#make = make;
  }

  /** A scanner ready for a head; the caller's until it gives it back. */
  take(): HeadScanner<Line> {
    const spare = this.#spare;
    if (spare === null) return this.#make();
    this.#spare = null;
    return spare;
  }

  /** Takes back a scanner whose head has been read. */
  give(scanner: HeadScanner<Line>): void {
    scanner.reset();
    this.#spare = scanner;
  }
}

function bad(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HEADER', message);
}

function bareCr(): HTTPInputError {
  return bad('a CR that no LF follows');
}

function badName(octet: number): HTTPInputError {
  if (octet === CR || octet === LF) return bad('no colon in header line');
  return bad(`Invalid header name: ${describeOctet(octet)} where a token or a colon may be`);
}

function badValue(octet: number): HTTPInputError {
  if (octet === LF) return bad('a header line ends in a bare LF, not in CRLF');
  return bad(`Invalid header value: ${describeOctet(octet)}, a control character`);
}
