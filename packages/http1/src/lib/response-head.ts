// What the head of a response means; which depends on the request it answers.
import { HTTPInputError } from './errors.ts';
import { HTTPHeaders } from './headers.ts';
import { cut } from './octets.ts';
import type { Framing } from './framing.ts';
import type { HeadScanner } from './head-scanner.ts';
import type { StatusLineScanner } from './start-line-scanner.ts';

/** The head of a response. */
export interface ResponseHead {
  /** The version's second digit. */
  readonly minorVersion: 0 | 1;
  /** 100 to 999. */
  readonly status: number;
  /** The reason phrase, perhaps empty. */
  readonly reason: string;
  /** The header fields. */
  readonly headers: HTTPHeaders;
  /** Bytes of the body; -1 when unknown. */
  readonly contentLength: number;
  /** Whether the body comes in chunks. */
  readonly isChunked: boolean;
  /** Whether the body ends with the connection. */
  readonly untilClose: boolean;
  /** Whether there can be no body, whatever the fields say. */
  readonly hasNoBody: boolean;
  /** Whether the connection can be used again behind this message. */
  readonly keepAlive: boolean;
  /** Whether another protocol follows: 101, or a 2xx to CONNECT. */
  readonly isSwitch: boolean;
}

/** Interprets a scanned head; `method` is that of the request. @throws HTTPInputError */
export function readResponseHead(
  scanner: HeadScanner<StatusLineScanner>,
  method: string,
): ResponseHead {
  const { text, line, framing } = scanner;
  if (framing === null) throw new TypeError('a response is scanned with its framing');
  const { minorVersion, status } = line;
  framing.check(minorVersion);
  const isSwitch = status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
  const { contentLength, isChunked } = framing;
  if (!isSwitch) checkBodiless(status, framing);
  // RFC 9112 §6.3
  const hasNoBody =
    isSwitch || method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const untilClose = !hasNoBody && !isChunked && contentLength < 0;
  const wantsMore = !framing.hasClose && (minorVersion === 1 || framing.hasKeepAlive);
  const headers = HTTPHeaders.fromWire(text, scanner.copyMarks());
  if (framing.hasRepeatedLength) headers.set('Content-Length', String(contentLength));
  return {
    minorVersion,
    status,
    reason: cut(text, line.reasonStart, line.reasonEnd),
    headers,
    contentLength,
    isChunked,
    untilClose,
    hasNoBody,
    keepAlive: wantsMore && !untilClose && !isSwitch,
    isSwitch,
  };
}

/** H1C-11, H1C-12. */
function checkBodiless(status: number, { isChunked, contentLength }: Framing): void {
  if (status >= 200 && status !== 204) return;
  // A 204 may well say that it has no bytes; an interim answer has nothing to say of them.
  if (isChunked || contentLength > 0 || (status < 200 && contentLength === 0))
    throw new HTTPInputError('ERR_BAD_BODY', `Response code ${status} cannot have body`);
}
