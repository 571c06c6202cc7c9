// Chunks as they go out. RFC 9112 §7.1; the reading side is body-readers.ts.
import { HTTPOutputError } from './errors.ts';
import type { HTTPHeaders } from './headers.ts';

/** What stands behind the data of every chunk. */
export const CHUNK_END = '\r\n';

/**
 * What stands before the data of a chunk of so many bytes.
 * @throws HTTPOutputError `ERR_BAD_CHUNK_SIZE` for none: an empty chunk would end the body (H1C-29).
 */
export function chunkStart(bytes: number): string {
  if (Number.isSafeInteger(bytes) && bytes > 0) return `${bytes.toString(16)}\r\n`;
  throw new HTTPOutputError('ERR_BAD_CHUNK_SIZE', `a chunk has at least one byte, not ${bytes}`);
}

/**
 * Fields that say how a message is read, or to whom it goes: believed behind the message they would change what it was.
 * RFC 9110 §6.5.1.
 */
const FORBIDDEN_TRAILERS = (
  'Transfer-Encoding Content-Length Host Connection Keep-Alive Upgrade TE Trailer Expect ' +
  'Content-Encoding Content-Type Content-Range Authorization Cookie Set-Cookie'
).split(' ');

/** The first of these fields that must not stand behind a body, if there is one. */
export function forbiddenTrailer(trailers: HTTPHeaders): string | undefined {
  return FORBIDDEN_TRAILERS.find((name) => trailers.has(name));
}

/**
 * What ends a chunked body, with or without trailers.
 * @throws HTTPOutputError `ERR_INVALID_HEADER` for fields that must not stand behind a body.
 */
export function lastChunk(trailers?: HTTPHeaders): string {
  if (trailers === undefined) return '0\r\n\r\n';
  const forbidden = forbiddenTrailer(trailers);
  if (forbidden !== undefined) {
    const message = `${forbidden} must not be a trailer`;
    throw new HTTPOutputError('ERR_INVALID_HEADER', message);
  }
  return `0\r\n${trailers.toWire()}\r\n`;
}
