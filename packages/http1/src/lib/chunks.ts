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
 * Fields that say how a message is framed, to whom it goes, under which conditions, from whom it comes, how its content is
 * to be read or its answer kept: believed behind the body, they would change what the message was taken for.
 * RFC 9110 §6.5.1, RFC 7230 §4.1.2.
 */
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set(
  (
    'Transfer-Encoding Content-Length Trailer TE Host Connection Keep-Alive Proxy-Connection Upgrade Forwarded ' +
    'Cache-Control Expect Max-Forwards Pragma Range If-Match If-None-Match If-Modified-Since If-Unmodified-Since If-Range ' +
    'Authorization Proxy-Authenticate Proxy-Authorization WWW-Authenticate Cookie Set-Cookie ' +
    'Age Date Expires Location Retry-After Vary Warning Content-Encoding Content-Type Content-Range'
  )
    .toLowerCase()
    .split(' '),
);

/** The first field that must not stand behind a body, if there is one. */
export function forbiddenTrailer(trailers: HTTPHeaders): string | undefined {
  for (const name of trailers) {
    if (FORBIDDEN_TRAILERS.has(name.toLowerCase())) return name;
  }
  return undefined;
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
