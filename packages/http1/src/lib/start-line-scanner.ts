// The first line of a message, octet by octet; refused at the first octet that cannot be right.
// Must not know: header fields, what a method or a status means.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { CR, HTAB, IS_FIELD_VALUE, IS_TOKEN, IS_TARGET, LF, SP, quoted } from './octets.ts';

/** Scans one start line. All places are counted from the line's first octet. */
export interface StartLineScanner {
  /** Whether the line's end was found. */
  readonly isDone: boolean;
  /** Ready for another line. */
  reset(): void;
  /**
   * Scans on from `from`, in a line that begins at `base`; answers the index of the CR that ends it, or `last`.
   * @throws HTTPInputError `ERR_BAD_START_LINE`, `ERR_BAD_VERSION`
   */
  scan(buffer: Uint8Array, base: number, from: number, last: number): number;
}

const METHOD = 0;
const TARGET = 1;
const REQUEST_VERSION = 2;
const REQUEST_END = 3;

const ZERO = 0x30;
const DOT = 0x2e;
const SLASH = 0x2f;
const SLASH_AT = 4;
/** The length of `HTTP/1.1`. */
const VERSION_LENGTH = 8;
const VERSION = Buffer.from('HTTP/');

/** RFC 9112 §3: `method SP request-target SP HTTP-version`. */
export class RequestLineScanner implements StartLineScanner {
  methodEnd = 0;
  targetEnd = 0;
  /** The version's second digit; one that we do not know counts as 1 (RFC 9110 §2.5). */
  minorVersion: 0 | 1 = 1;
  #state = METHOD;

  get isDone(): boolean {
    return this.#state === REQUEST_END;
  }

  reset(): void {
    this.#state = METHOD;
  }

  scan(buffer: Uint8Array, base: number, from: number, last: number): number {
    let at = from;
    if (this.#state === METHOD) {
      const isToken = IS_TOKEN; // an imported binding is looked up anew at every use
      while (at < last && isToken[buffer[at]!] === 1) at++;
      if (at === last) return last;
      if (buffer[at] !== SP || at === base) throw malformed('request', buffer[at]!);
      this.methodEnd = at++ - base;
      this.#state = TARGET;
    }
    if (this.#state === TARGET) {
      const isTarget = IS_TARGET;
      while (at < last && isTarget[buffer[at]!] === 1) at++;
      if (at === last) return last;
      const isEmpty = at - base === this.methodEnd + 1;
      if (buffer[at] !== SP || isEmpty) throw malformed('request', buffer[at]!);
      this.targetEnd = at++ - base;
      this.#state = REQUEST_VERSION;
    }
    const start = base + this.targetEnd + 1;
    if (at === start && isVersion11(buffer, start, last)) {
      this.minorVersion = 1;
      this.#state = REQUEST_END;
      return start + VERSION_LENGTH;
    }
    at = scanVersion(buffer, start, at, last, 'request');
    if (at === last) return last;
    if (buffer[at] !== CR) throw malformed('request', buffer[at]!);
    this.minorVersion = minorVersion(buffer, start);
    this.#state = REQUEST_END;
    return at;
  }
}

const STATUS_VERSION = 0;
const STATUS = 1;
const REASON = 2;
const STATUS_END = 3;
/** Where the status begins, and where it ends, in `HTTP/1.1 200 OK`. */
const STATUS_START = VERSION_LENGTH + 1;
const STATUS_STOP = STATUS_START + 3;

/** RFC 9112 §4: `HTTP-version SP status-code SP [ reason-phrase ]`. */
export class StatusLineScanner implements StartLineScanner {
  minorVersion: 0 | 1 = 1;
  /** 100 to 999. */
  status = 0;
  /** Where the reason phrase begins, and ends; nothing is between them when there is none. */
  reasonStart = 0;
  reasonEnd = 0;
  #state = STATUS_VERSION;

  get isDone(): boolean {
    return this.#state === STATUS_END;
  }

  reset(): void {
    this.#state = STATUS_VERSION;
    this.status = 0;
  }

  scan(buffer: Uint8Array, base: number, from: number, last: number): number {
    let at = from;
    if (this.#state === STATUS_VERSION) {
      at = scanVersion(buffer, base, at, last, 'status');
      if (at === last) return last;
      if (buffer[at] !== SP) throw malformed('status', buffer[at]!);
      this.minorVersion = minorVersion(buffer, base);
      at++;
      this.#state = STATUS;
    }
    if (this.#state === STATUS) {
      const behind = this.#scanStatus(buffer, base, at, last);
      if (behind < 0) return last;
      at = behind;
    }
    while (at < last && IS_FIELD_VALUE[buffer[at]!] === 1) at++;
    if (at === last) return last;
    if (buffer[at] !== CR) throw malformed('status', buffer[at]!);
    this.reasonEnd = at - base;
    this.#state = STATUS_END;
    return at;
  }

  /** Answers where the reason begins, or -1 when it is not there yet. */
  #scanStatus(buffer: Uint8Array, base: number, from: number, last: number): number {
    let at = from;
    while (at < last && at - base < STATUS_STOP) {
      const digit = buffer[at]! - ZERO;
      const isFirst = at - base === STATUS_START;
      if (digit < 0 || digit > 9 || (isFirst && digit === 0))
        throw malformed('status', buffer[at]!);
      this.status = this.status * 10 + digit;
      at++;
    }
    if (at === last) return -1;
    // Deviation: RFC 9112 §4 and HTU-33 want a space here even where no reason follows. Servers that leave it out are
    // many, every client takes it, and there is only one way to read it.
    if (buffer[at] !== SP && buffer[at] !== CR) throw malformed('status', buffer[at]!);
    if (buffer[at] === SP) at++;
    this.reasonStart = at - base;
    this.#state = REASON;
    return at;
  }
}

/** Whether `HTTP/1.1` and a CR stand at `start`: what most lines say, in one look. */
function isVersion11(buffer: Uint8Array, start: number, last: number): boolean {
  return (
    start + VERSION_LENGTH < last &&
    buffer[start] === 0x48 &&
    buffer[start + 1] === 0x54 &&
    buffer[start + 2] === 0x54 &&
    buffer[start + 3] === 0x50 &&
    buffer[start + 4] === SLASH &&
    buffer[start + 5] === ZERO + 1 &&
    buffer[start + 6] === DOT &&
    buffer[start + 7] === ZERO + 1 &&
    buffer[start + 8] === CR
  );
}

/** Checks octets of `HTTP/d.d` that begins at `start`; answers the index behind it, or `last`. */
function scanVersion(
  buffer: Uint8Array,
  start: number,
  from: number,
  last: number,
  line: 'request' | 'status',
): number {
  let at = from;
  while (at < last && at - start < VERSION_LENGTH) {
    const octet = buffer[at]!;
    const place = at - start;
    const isDigit = octet >= ZERO && octet <= ZERO + 9;
    if (place <= SLASH_AT ? octet !== VERSION[place] : place === 6 ? octet !== DOT : !isDigit)
      throw malformed(line, octet);
    at++;
  }
  return at;
}

/** RFC 9112 §2.3. */
function minorVersion(buffer: Uint8Array, start: number): 0 | 1 {
  const major = buffer[start + 5]! - ZERO;
  const minor = buffer[start + 7]! - ZERO;
  if (major === 1) return minor === 0 ? 0 : 1;
  const message = `Unexpected HTTP version HTTP/${major}.${minor}, only HTTP/1 is spoken`;
  throw new HTTPInputError('ERR_BAD_VERSION', message, 505);
}

function malformed(line: 'request' | 'status', octet: number): HTTPInputError {
  const allowed = line === 'request' ? 'METHOD TARGET HTTP/1.1' : 'HTTP/1.1 STATUS REASON';
  const message = `Malformed HTTP ${line} line: ${describeOctet(octet)}, not ${allowed}`;
  return new HTTPInputError('ERR_BAD_START_LINE', message);
}

/** An octet that stands where it must not, in words. */
export function describeOctet(octet: number): string {
  if (octet === LF) return 'a line ends in a bare LF';
  if (octet === CR) return 'the line ends too early';
  if (octet === HTAB) return 'a tab';
  return octet > SP && octet < 0x7f
    ? `unexpected ${quoted(String.fromCharCode(octet))}`
    : `unexpected octet 0x${octet.toString(16).padStart(2, '0')}`;
}
