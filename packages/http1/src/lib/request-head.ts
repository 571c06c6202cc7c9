// What the head of a request means.
// HOT: `pnpm bench http`
import { HTTPInputError } from './errors.ts';
import { hasOption, readFraming } from './framing.ts';
import { HTTPHeaders } from './headers.ts';
import { isToken } from './octets.ts';

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

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
/** Visible octets: RFC 3986 and what browsers send besides (HTU-32). */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;
/** HTU-12: RFC 3986 §3.2.2 without the comma, which would be a repeated header's. */
const HOST = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** The Host seen last, which most often is the next one's. */
let lastValidHost = '';

/** Interprets a scanned head. @throws HTTPInputError */
export function readRequestHead(
  text: string,
  startLineEnd: number,
  marks: Int32Array,
): RequestHead {
  const line = text.slice(0, startLineEnd);
  const methodEnd = line.indexOf(' ');
  const targetEnd = line.lastIndexOf(' ');
  const method = line.slice(0, methodEnd);
  const target = line.slice(methodEnd + 1, targetEnd);
  const isSound =
    targetEnd > methodEnd && (KNOWN_METHODS.has(method) || isToken(method)) && TARGET.test(target);
  if (!isSound) throw new HTTPInputError('ERR_BAD_START_LINE', 'Malformed HTTP request line');
  const minorVersion = readVersion(line.slice(targetEnd + 1));
  const wire = { text, marks };
  const framing = readFraming(wire, minorVersion);
  checkTarget(method, target);
  const { connection } = framing;
  return {
    method,
    target,
    minorVersion,
    headers: HTTPHeaders.fromWire(wire),
    host: readHost(framing.host, minorVersion),
    contentLength: framing.contentLength,
    isChunked: framing.isChunked,
    keepAlive:
      minorVersion === 1 ? !hasOption(connection, 'close') : hasOption(connection, 'keep-alive'),
    expectContinue: minorVersion === 1 && framing.expect === '100-continue',
    isUpgrade: framing.hasUpgrade && hasOption(connection, 'upgrade'),
  };
}

/** RFC 9112 §2.3. */
export function readVersion(text: string): 0 | 1 {
  if (text === 'HTTP/1.1') return 1;
  if (text === 'HTTP/1.0') return 0;
  if (/^HTTP\/1\.\d$/.test(text)) return 1;
  if (/^HTTP\/\d\.\d$/.test(text)) {
    throw new HTTPInputError('ERR_BAD_VERSION', `Unexpected HTTP version ${text}`, 505);
  }
  throw new HTTPInputError('ERR_BAD_START_LINE', 'Malformed HTTP request line');
}

/** RFC 9112 §3.2: origin-form, absolute-form without userinfo, `*` of OPTIONS, authority-form of CONNECT. */
function checkTarget(method: string, target: string): void {
  if (target.startsWith('/')) return;
  const isFine =
    method === 'CONNECT'
      ? /^[^/@\s]+:\d{1,5}$/.test(target)
      : (method === 'OPTIONS' && target === '*') || /^https?:\/\/[^/?#@]+(?:[/?]|$)/i.test(target);
  if (!isFine) throw new HTTPInputError('ERR_BAD_START_LINE', 'Malformed HTTP request target');
}

/** SEC-20. */
function readHost(host: string | null, minorVersion: number): string {
  if (host === null) {
    if (minorVersion === 0) return '127.0.0.1';
    throw new HTTPInputError('ERR_BAD_HOST', 'Missing Host header');
  }
  if (host === lastValidHost) return host;
  if (host.includes(','))
    throw new HTTPInputError('ERR_BAD_HOST', 'Multiple host headers not allowed');
  if (!HOST.test(host))
    throw new HTTPInputError('ERR_BAD_HOST', `Invalid Host header ${JSON.stringify(host)}`);
  lastValidHost = host;
  return host;
}
