// What the head of a request means.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { HTTPHeaders } from './headers.ts';
import { cut } from './octets.ts';
import { hostOfTarget, readHost } from './request-target.ts';
import type { HeadScanner } from './head-scanner.ts';
import type { RequestLineScanner } from './start-line-scanner.ts';

/** The head of a request: valid, and read in one way only. */
export interface RequestHead {
  /** A token, as sent. */
  readonly method: string;
  /** The request target, as sent. */
  readonly target: string;
  /** The version's second digit: HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: 0 | 1;
  /** The header fields. */
  readonly headers: HTTPHeaders;
  /** The Host header, valid; `127.0.0.1` for HTTP/1.0 without one (HTU-11). */
  readonly host: string;
  /** Bytes of the body; -1 when Content-Length does not say. */
  readonly contentLength: number;
  /** Whether the body comes in chunks. */
  readonly isChunked: boolean;
  /**
   * Whether the client will take another answer on this connection (H1C-22). Never behind CONNECT: who thinks that it has a
   * tunnel sends what is no request.
   */
  readonly keepAlive: boolean;
  /** Whether the client waits for a 100 before it sends the body (H1C-10). */
  readonly expectContinue: boolean;
  /**
   * Whether it asks for another protocol. Not with a body: recipients differ in whether the other protocol begins before it or
   * behind it, and RFC 9110 §7.8 leaves us free not to hear of it.
   */
  readonly isUpgrade: boolean;
}

const SLASH = 0x2f;

/** Interprets a scanned head. @throws HTTPInputError */
export function readRequestHead(scanner: HeadScanner<RequestLineScanner>): RequestHead {
  const { text, line, framing } = scanner;
  if (framing === null) throw new TypeError('a request is scanned with its framing');
  const { methodEnd, targetEnd, minorVersion } = line;
  const method = readMethod(text, methodEnd);
  const target = cut(text, methodEnd + 1, targetEnd);
  framing.check(minorVersion);
  if (framing.expectsOther) throw unknownExpectation();
  const host = readHost(text, framing.hostCount, framing.hostStart, framing.hostEnd, minorVersion);
  const { contentLength, isChunked } = framing;
  const isConnect = method === 'CONNECT';
  if (isConnect && (isChunked || contentLength > 0))
    throw new HTTPInputError('ERR_BAD_BODY', 'a CONNECT request cannot have a body');
  const headers = HTTPHeaders.fromWire(text, scanner.copyMarks());
  if (framing.hasRepeatedLength) headers.set('Content-Length', String(contentLength));
  return {
    method,
    target,
    minorVersion,
    headers,
    host:
      text.charCodeAt(methodEnd + 1) === SLASH && !isConnect
        ? host
        : hostOfTarget(method, target, host, framing.hostCount),
    contentLength,
    isChunked,
    keepAlive:
      !framing.hasClose &&
      !isConnect &&
      (minorVersion === 1 || (framing.hasKeepAlive && isDelimited(method, contentLength))),
    expectContinue: framing.expectsContinue && minorVersion === 1,
    isUpgrade:
      framing.hasUpgrade &&
      framing.hasUpgradeOption &&
      minorVersion === 1 &&
      !isChunked &&
      contentLength <= 0,
  };
}

/** The usual methods are the same string every time. */
function readMethod(text: string, end: number): string {
  if (end === 3 && holds(text, 0, 'GET')) return 'GET';
  if (end === 4 && holds(text, 0, 'POST')) return 'POST';
  return text.slice(0, end);
}

/** `startsWith`, without leaving for it. */
function holds(text: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    if (text.charCodeAt(start + at) !== word.charCodeAt(at)) return false;
  }
  return true;
}

/** H1C-22: what an HTTP/1.0 client must have said, or implied, of its body for the connection to go on. */
function isDelimited(method: string, contentLength: number): boolean {
  return contentLength >= 0 || method === 'GET' || method === 'HEAD';
}

/** RFC 9110 §10.1.1: 100-continue is the only one; whoever sends another counts on it. */
function unknownExpectation(): HTTPInputError {
  return new HTTPInputError('ERR_BAD_EXPECTATION', 'Unknown expectation in Expect', 417);
}
