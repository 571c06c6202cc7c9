// What Transfer-Encoding says, for those who have fields and no parser. SEC-14, H1C-15.
import { HTTPInputError } from './errors.ts';
import { quoted } from './octets.ts';
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
  const message = `Unsupported Transfer-Encoding ${quoted(encoding)}`;
  throw new HTTPInputError('ERR_BAD_TRANSFER_ENCODING', message, 501);
}
