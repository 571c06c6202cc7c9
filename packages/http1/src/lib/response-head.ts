// What the head of a response means; which depends on the request it answers.
import { HTTPInputError } from './errors.ts';
import { hasOption, readFraming } from './framing.ts';
import { HTTPHeaders } from './headers.ts';

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

/** HTU-33. */
const STATUS_LINE = /^HTTP\/1\.(\d) (\d{3})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** Interprets a scanned head; `method` is that of the request. @throws HTTPInputError */
export function readResponseHead(
  text: string,
  startLineEnd: number,
  marks: Int32Array,
  method: string,
): ResponseHead {
  const match = STATUS_LINE.exec(text.slice(0, startLineEnd));
  if (match === null) throw new HTTPInputError('ERR_BAD_START_LINE', 'Malformed HTTP status line');
  const minorVersion = match[1] === '0' ? 0 : 1;
  const status = Number(match[2]);
  const wire = { text, marks };
  const framing = readFraming(wire, minorVersion);
  const isSwitch = status === 101 || (method === 'CONNECT' && status >= 200 && status < 300);
  const { contentLength, isChunked, connection } = framing;
  checkBodiless(status, contentLength, isChunked, isSwitch);
  // RFC 9112 §6.3
  const hasNoBody =
    isSwitch || method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const untilClose = !hasNoBody && !isChunked && contentLength < 0;
  const wantsMore =
    minorVersion === 1 ? !hasOption(connection, 'close') : hasOption(connection, 'keep-alive');
  return {
    minorVersion,
    status,
    reason: match[3] ?? '',
    headers: HTTPHeaders.fromWire(wire),
    contentLength,
    isChunked,
    untilClose,
    hasNoBody,
    keepAlive: wantsMore && !untilClose && !isSwitch,
    isSwitch,
  };
}

/** H1C-11, H1C-12. */
function checkBodiless(
  status: number,
  contentLength: number,
  isChunked: boolean,
  isSwitch: boolean,
): void {
  const hasFraming = isChunked || contentLength > 0 || (status < 200 && contentLength === 0);
  if ((status < 200 || status === 204) && !isSwitch && hasFraming) {
    throw new HTTPInputError('ERR_BAD_BODY', `Response code ${status} cannot have body`);
  }
}
