// Fields that say how a message is framed and what becomes of its connection, read from the octets while a head is
// scanned. RFC 9112 §6.3, §9.3; every reading that another recipient might not share is refused (SEC-13, 14, 15).
// Must not know: where the head came from, start lines, other fields.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { COMMA, SP, UNDERSCORE, holdsWord, isBlank, quoted } from './octets.ts';
import { unsupportedEncoding } from './transfer-encoding.ts';

/** What the fields of one head say together. */
export class Framing {
  /** -1 when there is none. */
  contentLength = -1;
  /** Whether Content-Length was said more than once, each time alike (H1C-13). */
  hasRepeatedLength = false;
  /** Whether Transfer-Encoding is `chunked`; only `check` says that nothing contradicts it. */
  isChunked = false;
  /** Connection lists `close`. */
  hasClose = false;
  /** Connection lists `keep-alive`. */
  hasKeepAlive = false;
  /** Connection lists `upgrade`. */
  hasUpgradeOption = false;
  /** There is an Upgrade field. */
  hasUpgrade = false;
  /** Expect is `100-continue`. */
  expectsContinue = false;
  /** Expect is anything else. */
  expectsOther = false;
  /** How many Host fields there are, and where the last one's value is; counted from the head's first octet. */
  hostCount = 0;
  hostStart = 0;
  hostEnd = 0;
  /** All Transfer-Encoding values, with commas between them. */
  #encodings: string | null = null;

  /** Ready for another head. */
  reset(): void {
    this.contentLength = -1;
    this.hasRepeatedLength = false;
    this.isChunked = false;
    this.hasClose = false;
    this.hasKeepAlive = false;
    this.hasUpgradeOption = false;
    this.hasUpgrade = false;
    this.expectsContinue = false;
    this.expectsOther = false;
    this.hostCount = 0;
    this.#encodings = null;
  }

  /**
   * Takes one field: its name from `start` to `colon`, its line's end at `end`; the head begins at `base`.
   * @throws HTTPInputError `ERR_BAD_CONTENT_LENGTH`
   */
  take(buffer: Buffer, base: number, start: number, colon: number, end: number): void {
    switch (colon - start) {
      case 4:
        if (holdsWord(buffer, start, 'host')) this.#takeHost(buffer, base, colon + 1, end);
        break;
      case 6:
        if (holdsWord(buffer, start, 'expect')) this.#takeExpect(buffer, colon + 1, end);
        break;
      case 7:
        if (holdsWord(buffer, start, 'upgrade')) this.hasUpgrade = true;
        break;
      case 10:
        if (holdsWord(buffer, start, 'connection')) this.#takeOptions(buffer, colon + 1, end);
        break;
      case 14:
        if (holdsWord(buffer, start, 'content-length')) this.#takeLengths(buffer, colon + 1, end);
        else if (buffer[start + 7] === UNDERSCORE) refuseTwin(buffer, start, colon);
        break;
      case 17:
        if (holdsWord(buffer, start, 'transfer-encoding'))
          this.#takeEncoding(buffer, colon + 1, end);
        else if (buffer[start + 8] === UNDERSCORE) refuseTwin(buffer, start, colon);
        break;
    }
  }

  /** Whether the fields go together. @throws HTTPInputError `ERR_BAD_TRANSFER_ENCODING` */
  check(minorVersion: number): void {
    if (this.#encodings === null) return;
    if (this.contentLength !== -1)
      throw badEncoding('Message with both Transfer-Encoding and Content-Length', 400);
    if (minorVersion === 0) throw badEncoding('Transfer-Encoding in an HTTP/1.0 message', 400);
    if (this.#encodings !== 'chunked') throw unsupportedEncoding(this.#encodings);
  }

  #takeHost(buffer: Buffer, base: number, start: number, end: number): void {
    this.hostCount++;
    this.hostStart = skipBlanks(buffer, start, end) - base;
    this.hostEnd = trimEnd(buffer, this.hostStart + base, end) - base;
  }

  #takeExpect(buffer: Buffer, start: number, end: number): void {
    const from = skipBlanks(buffer, start, end);
    if (isWord(buffer, from, trimEnd(buffer, from, end), '100-continue'))
      this.expectsContinue = true;
    else this.expectsOther = true;
  }

  /**
   * Deviation: RFC 9112 §5.1 allows a tab behind a value. Node's parser takes `chunked` with one for another coding, and a
   * response with that for one that the connection's end ends.
   */
  #takeEncoding(buffer: Buffer, start: number, end: number): void {
    const from = skipBlanks(buffer, start, end);
    let to = end;
    while (to > from && buffer[to - 1] === SP) to--;
    const isChunked = isWord(buffer, from, to, 'chunked');
    const value = isChunked ? 'chunked' : buffer.toString('latin1', from, to);
    this.#encodings = this.#encodings === null ? value : `${this.#encodings}, ${value}`;
    this.isChunked = this.#encodings === 'chunked';
  }

  #takeOptions(buffer: Buffer, start: number, end: number): void {
    for (let at = start; at <= end; at++) {
      const from = skipBlanks(buffer, at, end);
      at = from;
      while (at < end && buffer[at] !== COMMA) at++;
      const to = trimEnd(buffer, from, at);
      if (isWord(buffer, from, to, 'keep-alive')) this.hasKeepAlive = true;
      else if (isWord(buffer, from, to, 'close')) this.hasClose = true;
      else if (isWord(buffer, from, to, 'upgrade')) this.hasUpgradeOption = true;
    }
  }

  /** RFC 9112 §6.3: repeated equal values are one (H1C-13); anything but digits is refused (SEC-13). */
  #takeLengths(buffer: Buffer, start: number, end: number): void {
    for (let at = start; at <= end; at++) {
      const from = skipBlanks(buffer, at, end);
      at = from;
      while (at < end && buffer[at] !== COMMA) at++;
      const length = readDigits(buffer, from, trimEnd(buffer, from, at));
      if (this.contentLength !== -1) {
        if (this.contentLength !== length)
          throw badLength(`Multiple unequal Content-Lengths: ${this.contentLength} and ${length}`);
        this.hasRepeatedLength = true;
      }
      this.contentLength = length;
    }
  }
}

/**
 * Recipients that hand fields on as variables, as CGI does, see one field in `Content-Length` and `Content_Length`. Nobody
 * sends the latter but who wants them to.
 */
function refuseTwin(buffer: Buffer, start: number, end: number): void {
  const name = buffer.toString('latin1', start, end);
  const twin = name.replace('_', '-');
  if (/^(?:content-length|transfer-encoding)$/i.test(twin))
    throw new HTTPInputError('ERR_BAD_HEADER', `${quoted(name)} can be taken for ${twin}`);
}

function readDigits(buffer: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = buffer[at]! - 0x30;
    if (digit < 0 || digit > 9) throw notDigits(buffer, start, end);
    value = value * 10 + digit;
    if (value > Number.MAX_SAFE_INTEGER)
      throw badLength(
        `Content-Length too long: ${quoted(buffer.toString('latin1', start, end))}, limit is 2^53 - 1`,
      );
  }
  if (start === end) throw notDigits(buffer, start, end);
  return value;
}

function isWord(buffer: Buffer, start: number, end: number, word: string): boolean {
  return end - start === word.length && holdsWord(buffer, start, word);
}

function skipBlanks(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(buffer[at]!)) at++;
  return at;
}

/** White space behind a value is not part of it: RFC 9112 §5.1. */
function trimEnd(buffer: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(buffer[at - 1]!)) at--;
  return at;
}

function notDigits(buffer: Buffer, start: number, end: number): HTTPInputError {
  const text = quoted(buffer.toString('latin1', start, end));
  return badLength(`Only integer Content-Length is allowed, got ${text}`);
}

function badLength(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_CONTENT_LENGTH', message);
}

function badEncoding(message: string, status: number): HTTPInputError {
  return new HTTPInputError('ERR_BAD_TRANSFER_ENCODING', message, status);
}
