// What the head of a request means.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { HTTPHeaders } from './headers.ts';
import { quoted } from './octets.ts';
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
  /** Whether the client will take another answer on this connection (H1C-22). */
  readonly keepAlive: boolean;
  /** Whether the client waits for a 100 before it sends the body (H1C-10). */
  readonly expectContinue: boolean;
  /** Whether it asks for another protocol. */
  readonly isUpgrade: boolean;
}

/** HTU-12: RFC 3986 §3.2.2 without the comma, which would be a repeated header's. */
const HOST = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const SLASH = 0x2f;

/** The Host seen last, which most often is the next one's; what no Host is before there was one. */
let lastValidHost = ' ';

/** Interprets a scanned head. @throws HTTPInputError */
export function readRequestHead(scanner: HeadScanner<RequestLineScanner>): RequestHead {
  const { text, line, framing } = scanner;
  if (framing === null) throw new TypeError('a request is scanned with its framing');
  const { methodEnd, targetEnd, minorVersion } = line;
  const method = readMethod(text, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  framing.check(minorVersion);
  if (framing.expectsOther) throw unknownExpectation();
  const host = readHost(text, framing.hostCount, framing.hostStart, framing.hostEnd, minorVersion);
  const { contentLength, isChunked } = framing;
  return {
    method,
    target,
    minorVersion,
    headers: HTTPHeaders.fromWire(text, scanner.copyMarks()),
    host:
      text.charCodeAt(methodEnd + 1) === SLASH && method !== 'CONNECT'
        ? host
        : hostOfTarget(method, target, host, framing.hostCount),
    contentLength,
    isChunked,
    keepAlive:
      !framing.hasClose &&
      (minorVersion === 1 || (framing.hasKeepAlive && isDelimited(method, contentLength))),
    expectContinue: framing.expectsContinue && minorVersion === 1,
    isUpgrade: framing.hasUpgrade && framing.hasUpgradeOption && minorVersion === 1,
  };
}

/** The usual methods are the same string every time. */
function readMethod(text: string, end: number): string {
  if (end === 3 && text.startsWith('GET')) return 'GET';
  if (end === 4 && text.startsWith('POST')) return 'POST';
  return text.slice(0, end);
}

/** H1C-22: what an HTTP/1.0 client must have said, or implied, of its body for the connection to go on. */
function isDelimited(method: string, contentLength: number): boolean {
  return contentLength >= 0 || method === 'GET' || method === 'HEAD';
}

/** SEC-20. */
function readHost(
  text: string,
  count: number,
  start: number,
  end: number,
  minorVersion: number,
): string {
  if (count === 0) {
    if (minorVersion === 0) return '127.0.0.1';
    throw badHost('Missing Host header');
  }
  if (count > 1) throw badHost('Multiple host headers not allowed');
  if (end - start === lastValidHost.length && text.startsWith(lastValidHost, start)) {
    return lastValidHost;
  }
  const host = text.slice(start, end);
  if (host.includes(',')) throw badHost('Multiple host headers not allowed');
  if (!HOST.test(host)) throw badHost(`Invalid Host header ${quoted(host)}`);
  lastValidHost = host;
  return host;
}

const ABSOLUTE = /^(https?):\/\/([^/?#]*)(?:[/?]|$)/i;
const AUTHORITY = /^[^/?#@,]+:\d{1,5}$/;

/**
 * RFC 9112 §3.2: other forms of a target than the path: `*` of OPTIONS, authority-form of CONNECT, absolute-form.
 * Deviation: §3.2.2 wants the Host header ignored where the target names a host. Who routes by the one and who by the
 * other are then of two minds, so both must be the same.
 */
function hostOfTarget(method: string, target: string, host: string, hostCount: number): string {
  if (method === 'CONNECT') {
    if (!AUTHORITY.test(target)) throw badTarget();
    return host;
  }
  if (target === '*' && method === 'OPTIONS') return host;
  const match = ABSOLUTE.exec(target);
  if (match === null) throw badTarget();
  const [, scheme = '', authority = ''] = match;
  if (!HOST.test(authority)) throw badTarget();
  if (hostCount === 0) return authority;
  if (originOf(scheme, authority) !== originOf(scheme, host))
    throw badHost(`Host header ${quoted(host)} is not that of the target, ${quoted(authority)}`);
  return host;
}

/** Without the scheme's own port, in lower case. */
function originOf(scheme: string, host: string): string {
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const name = host.toLowerCase();
  return name.endsWith(port) ? name.slice(0, -port.length) : name;
}

function badTarget(): HTTPInputError {
  return new HTTPInputError('ERR_BAD_START_LINE', 'Malformed HTTP request target');
}

/** RFC 9110 §10.1.1: 100-continue is the only one; whoever sends another counts on it. */
function unknownExpectation(): HTTPInputError {
  return new HTTPInputError('ERR_BAD_EXPECTATION', 'Unknown expectation in Expect', 417);
}

function badHost(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_HOST', message);
}
