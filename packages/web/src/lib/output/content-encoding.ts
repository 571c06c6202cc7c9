// Compresses answers (WEB-96, 97). Owns: which answers, in which coding, and their headers.
// Must not know: handlers, how bytes are coded (codings.ts, gzip-stream.ts).
//
// BREACH: where a page has a secret and shows what the client sent, its compressed size tells about the secret. XSRF tokens are
// masked anew in each answer (xsrf-token.ts); for other secrets an answer says `Cache-Control: no-transform`, and goes out as
// it is.
import { preferredEncoding } from './accept-encoding.ts';
import { availableCodings, encodeBody, type ContentCoding } from './codings.ts';
import { GzipStream } from './gzip-stream.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { OutgoingHead, OutputTransform, OutputTransformClass } from './output-transform.ts';

/** Types that shrink, besides `text/*`. */
const CONTENT_TYPES = new Set([
  'application/javascript',
  'application/x-javascript',
  'application/xml',
  'application/atom+xml',
  'application/json',
  'application/xhtml+xml',
  'image/svg+xml',
]);
const LEVEL = 6;
/** Less than that in one piece is not worth it. */
const MIN_BYTES = 1024;
const PARTIAL_CONTENT = 206;

/**
 * Compresses text in the coding that the client likes best of these; of several the first. Answers that are streamed go out in
 * gzip, each piece decodable when it comes.
 */
abstract class ContentEncoding implements OutputTransform {
  /** What may be used, the best first. */
  protected abstract readonly codings: readonly ContentCoding[];
  readonly #accepted: string;
  #stream: GzipStream | null = null;

  constructor(request: HTTPServerRequest) {
    this.#accepted = request.headers.get('Accept-Encoding', '');
  }

  transformFirstChunk(head: OutgoingHead, chunk: Buffer, isLast: boolean): Buffer {
    const { headers } = head;
    addVary(headers);
    if (!isWorthIt(head) || (isLast && chunk.length < MIN_BYTES)) return chunk;
    // Only gzip can be made in pieces without waiting.
    const offered = isLast ? this.codings : this.codings.filter((coding) => coding === 'gzip');
    const coding = preferredEncoding(this.#accepted, offered);
    if (coding === null) return chunk;
    headers.set('Content-Encoding', coding);
    weakenEtag(headers);
    if (isLast) {
      const whole = encodeBody(coding, chunk);
      if (headers.has('Content-Length')) headers.set('Content-Length', String(whole.length));
      return whole;
    }
    headers.delete('Content-Length');
    this.#stream = new GzipStream(LEVEL);
    return this.#stream.push(chunk, false);
  }

  transformChunk(chunk: Buffer, isLast: boolean): Buffer {
    return this.#stream === null ? chunk : this.#stream.push(chunk, isLast);
  }
}

/** Gzips text for clients that can take it, and knows no other coding. */
export class GZipContentEncoding extends ContentEncoding {
  protected override readonly codings = ['gzip'] as const;
}

/** A transform that compresses in these codings, the best first; those that this Node.js has not are left out. */
export function contentEncoding(
  codings: readonly ContentCoding[] = availableCodings,
): OutputTransformClass {
  const offered = codings.filter((coding) => availableCodings.includes(coding));
  return class extends ContentEncoding {
    protected override readonly codings = offered;
  };
}

/** WEB-97: whatever goes out, caches must know that it could have been another. */
function addVary(headers: HTTPHeaders): void {
  const vary = headers.get('Vary', '');
  if (vary === '') headers.set('Vary', 'Accept-Encoding');
  else if (!/(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(vary))
    headers.set('Vary', `${vary}, Accept-Encoding`);
}

/** Whether an answer is text that nobody has coded, and that may be changed on its way. */
function isWorthIt({ statusCode, headers }: OutgoingHead): boolean {
  if (statusCode < 200 || statusCode === 204 || statusCode === 304) return false;
  // RFC 9110 §14.4: the range is of the bytes that the client would get without it.
  if (statusCode === PARTIAL_CONTENT || headers.has('Content-Encoding')) return false;
  // RFC 9111 §5.2.2.6
  if (/\bno-transform\b/i.test(headers.get('Cache-Control', ''))) return false;
  const type = headers.get('Content-Type', '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || CONTENT_TYPES.has(type);
}

/** RFC 9110 §8.8.1: the same tag may stand for other bytes now, so it is a weak one. */
function weakenEtag(headers: HTTPHeaders): void {
  const etag = headers.get('Etag');
  if (etag?.startsWith('"') === true) headers.set('Etag', `W/${etag}`);
}
