// Compresses answers (WEB-96, 97). Owns: which answers, in which coding, and their headers.
// Must not know: handlers, how bytes are coded (codings.ts).
//
// BREACH: where a page has a secret and shows what the client sent, its compressed size tells about the secret. XSRF tokens are
// masked anew in each answer (xsrf-token.ts); for other secrets an answer says `Cache-Control: no-transform`, and goes out as
// it is.
import { preferredEncoding } from './accept-encoding.ts';
import { availableCodings, encodeBody, pieceEncoder, type ContentCoding } from './codings.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type {
  OutgoingHead,
  OutputTransform,
  OutputTransformClass,
  Piece,
} from './output-transform.ts';
import type { PieceEncoder } from './piece-encoder.ts';

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
/** Less than that in one piece is not worth it. */
const MIN_BYTES = 1024;
const NOT_MODIFIED = 304;
const PARTIAL_CONTENT = 206;

/**
 * Compresses text in the coding that the client likes best of these; of several the first. Of answers that are streamed each
 * piece is decodable when it comes.
 */
abstract class ContentEncoding implements OutputTransform {
  /** What may be used, the best first. */
  protected abstract readonly codings: readonly ContentCoding[];
  readonly #request: HTTPServerRequest;
  #encoder: PieceEncoder | null = null;

  constructor(request: HTTPServerRequest) {
    this.#request = request;
  }

  transformFirstChunk(head: OutgoingHead, chunk: Buffer, isLast: boolean): Piece {
    const { headers } = head;
    addVary(headers);
    if (head.statusCode === NOT_MODIFIED) this.#weakenKnownEtag(headers);
    if (!isWorthIt(head) || (isLast && chunk.length < MIN_BYTES)) return chunk;
    const coding = preferredEncoding(
      this.#request.headers.get('Accept-Encoding', ''),
      isEventStream(headers) ? [...this.codings].sort(gzipFirst) : this.codings,
    );
    if (coding === null) return chunk;
    headers.set('Content-Encoding', coding);
    weakenEtag(headers);
    if (isLast) {
      const whole = encodeBody(coding, chunk);
      if (headers.has('Content-Length')) headers.set('Content-Length', String(whole.length));
      return whole;
    }
    headers.delete('Content-Length');
    if (this.#request.method === 'HEAD') return chunk;
    this.#encoder = pieceEncoder(coding);
    return this.transformChunk(chunk, false);
  }

  transformChunk(chunk: Buffer, isLast: boolean): Piece {
    if (this.#encoder === null || (chunk.length === 0 && !isLast)) return chunk;
    return this.#encoder.push(chunk, isLast);
  }

  /** RFC 9110 §15.4.5: 304 has the tag that 200 would have; the client that got it compressed says so. */
  #weakenKnownEtag(headers: HTTPHeaders): void {
    const known = this.#request.headers.get('If-None-Match', '');
    if (known.includes(`W/${headers.get('Etag', '""')}`)) weakenEtag(headers);
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

/** Those live long, and there are many: gzip keeps 32 KiB for each, the others half a MiB. */
function isEventStream(headers: HTTPHeaders): boolean {
  return headers.get('Content-Type', '').startsWith('text/event-stream');
}

function gzipFirst(one: ContentCoding, other: ContentCoding): number {
  return Number(other === 'gzip') - Number(one === 'gzip');
}

/** RFC 9110 §8.8.1: the same tag may stand for other bytes now, so it is a weak one. */
function weakenEtag(headers: HTTPHeaders): void {
  const etag = headers.get('Etag');
  if (etag?.startsWith('"') === true) headers.set('Etag', `W/${etag}`);
}
