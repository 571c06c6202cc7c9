// Start lines as text, for those who have a line and no wire. The parsers read theirs in start-line-scanner.ts.
import { HTTPInputError } from './errors.ts';
import { quoted } from './octets.ts';

/** The first line of a request. */
export interface RequestStartLine {
  /** A token. */
  readonly method: string;
  /** The request target, as sent. */
  readonly path: string;
  /** `HTTP/1.0` or `HTTP/1.1`, or another that begins with `HTTP/1.` */
  readonly version: string;
}

/** The first line of a response. */
export interface ResponseStartLine {
  /** As sent. */
  readonly version: string;
  /** Three digits. */
  readonly code: number;
  /** The reason phrase; null when there is none. */
  readonly reason: string | null;
}

const REQUEST_LINE =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) (HTTP\/[0-9]\.[0-9])$/;
const STATUS_LINE = /^(HTTP\/[0-9]\.[0-9]) ([0-9]{3}) ([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads `GET / HTTP/1.1`, without its line end (HTU-32).
 * @throws HTTPInputError `ERR_BAD_START_LINE`, `ERR_BAD_VERSION`
 */
export function parseRequestStartLine(line: string): RequestStartLine {
  const match = REQUEST_LINE.exec(line);
  if (match === null) throw malformed('request', line);
  const [, method = '', path = '', version = ''] = match;
  checkVersion(version);
  return { method, path, version };
}

/**
 * Reads `HTTP/1.1 200 OK`, without its line end; the second space must be there (HTU-33).
 * @throws HTTPInputError `ERR_BAD_START_LINE`, `ERR_BAD_VERSION`
 */
export function parseResponseStartLine(line: string): ResponseStartLine {
  const match = STATUS_LINE.exec(line);
  if (match === null) throw malformed('status', line);
  const [, version = '', code, reason = ''] = match;
  checkVersion(version);
  return { version, code: Number(code), reason: reason === '' ? null : reason };
}

function checkVersion(version: string): void {
  if (version.startsWith('HTTP/1.')) return;
  throw new HTTPInputError('ERR_BAD_VERSION', `Unexpected HTTP version ${version}`, 505);
}

function malformed(kind: 'request' | 'status', line: string): HTTPInputError {
  const message = `Malformed HTTP ${kind} line ${quoted(line)}`;
  return new HTTPInputError('ERR_BAD_START_LINE', message);
}
