// How an outgoing body is framed, and whether what is written keeps to it. H1C-26 to 31, SEC-1, SEC-7.
// HOT: `pnpm bench http`
import { HTTPOutputError } from './errors.ts';
import type { HTTPHeaders } from './headers.ts';

/** `none` no body goes out; `length` so many bytes; `chunked` pieces with their sizes; `close` the connection's end ends it. */
export type BodyKind = 'none' | 'length' | 'chunked' | 'close';

/** One outgoing body's framing and count. */
export class BodyWriter {
  /** How it is framed. */
  readonly kind: BodyKind;
  /** Header lines that the framing needs besides the application's, line ends included. */
  readonly headerLines: string;
  #left: number;

  constructor(kind: BodyKind, length: number) {
    this.kind = kind;
    this.headerLines = kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : '';
    this.#left = length;
  }

  /**
   * For the response to a request with this method and version.
   * @throws HTTPOutputError `ERR_INVALID_HEADER` for a Content-Length that is no number, or where none may be.
   */
  static forResponse(
    method: string,
    minorVersion: number,
    status: number,
    headers: HTTPHeaders,
  ): BodyWriter {
    const length = declaredLength(headers);
    // SEC-1: RFC 9110 §8.6, §15.3.5; a 304 may say the length that a 200 would have.
    if (status < 200 || status === 204) {
      if (length >= 0)
        throw new HTTPOutputError('ERR_INVALID_HEADER', `Content-Length in a ${status} response`);
      return new BodyWriter('none', 0);
    }
    if (status === 304) return new BodyWriter('none', 0);
    // Deviation: H1C-30 takes a body in the answer to HEAD for a mistake. Who answers GET and HEAD by the same code means no
    // harm: what it writes is dropped.
    if (method === 'HEAD') return new BodyWriter('none', Infinity);
    if (length >= 0) return new BodyWriter('length', length);
    return new BodyWriter(minorVersion === 1 ? 'chunked' : 'close', Infinity);
  }

  /** For a request; without Content-Length a body is chunked (H1C-27). @throws as `forResponse`. */
  static forRequest(hasBody: boolean, headers: HTTPHeaders): BodyWriter {
    const length = declaredLength(headers);
    if (length >= 0) return new BodyWriter('length', length);
    return hasBody ? new BodyWriter('chunked', Infinity) : new BodyWriter('none', 0);
  }

  /** Counts bytes that are about to go out. @throws HTTPOutputError `ERR_BODY_TOO_LONG`, `ERR_BODY_NOT_ALLOWED`. */
  count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    if (this.kind === 'none')
      throw new HTTPOutputError('ERR_BODY_NOT_ALLOWED', 'this message cannot have a body');
    throw new HTTPOutputError('ERR_BODY_TOO_LONG', 'Tried to write more data than Content-Length');
  }

  /** The body is complete. @throws HTTPOutputError `ERR_BODY_TOO_SHORT`. */
  finish(): void {
    if (this.kind !== 'length' || this.#left === 0) return;
    const message = `Tried to write ${this.#left} bytes less than Content-Length`;
    throw new HTTPOutputError('ERR_BODY_TOO_SHORT', message);
  }
}

/** What the application says of its body's length; -1 when nothing. How a body is framed is not its to say. */
function declaredLength(headers: HTTPHeaders): number {
  if (headers.getNormalized('Transfer-Encoding') !== undefined) {
    const message = 'Transfer-Encoding is not the application’s to set';
    throw new HTTPOutputError('ERR_INVALID_HEADER', message);
  }
  const text = headers.getNormalized('Content-Length');
  if (text === undefined) return -1;
  const length = numberOf(text);
  if (length >= 0) return length;
  throw new HTTPOutputError('ERR_INVALID_HEADER', `Invalid Content-Length ${JSON.stringify(text)}`);
}

/** The number that digits make, or -1 when the text is no digits, or too many. */
function numberOf(text: string): number {
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return text !== '' && Number.isSafeInteger(number) ? number : -1;
}
