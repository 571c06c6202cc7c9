// What Transfer-Encoding says, for those who have fields and no parser. SEC-14, H1C-15.
import { HTTPInputError } from './errors.ts';
import { quoted, trimBlanks } from './octets.ts';
import type { HTTPHeaders } from './headers.ts';

/**
 * Whether the body of a message with these fields comes in chunks.
 * @throws HTTPInputError `ERR_BAD_TRANSFER_ENCODING` for any coding but `chunked`, or beside Content-Length.
 */
export function isTransferEncodingChunked(headers: HTTPHeaders): boolean {
  const encoding = headers.get('Transfer-Encoding');
  if (encoding === undefined) return false;
  if (headers.has('Content-Length')) {
    const message = 'Message with both Transfer-Encoding and Content-Length';
    throw new HTTPInputError('ERR_BAD_TRANSFER_ENCODING', message);
  }
  if (encoding.toLowerCase() === 'chunked') return true;
  throw unsupportedEncoding(encoding);
}

/**
 * RFC 9112 §6.1, §6.3: 501 for a coding that we do not know, 400 where the codings leave open how the body ends.
 *
 * @param encodings All values of Transfer-Encoding, which are not just `chunked`.
 */
export function unsupportedEncoding(encodings: string): HTTPInputError {
  const codings = encodings.toLowerCase().split(',').map(trimBlanks);
  const isDelimited =
    !encodings.endsWith('\t') &&
    codings.indexOf('chunked') === codings.length - 1 &&
    codings.every((coding) => coding !== '');
  const message = `Unsupported Transfer-Encoding ${quoted(encodings)}, only chunked is known`;
  return new HTTPInputError('ERR_BAD_TRANSFER_ENCODING', message, isDelimited ? 501 : 400);
}
