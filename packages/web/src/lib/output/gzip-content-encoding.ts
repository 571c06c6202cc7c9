// Compresses answers (WEB-96, 97). Owns: which answers, their headers, one gzip stream for each.
// Must not know: handlers. zlib does the work.
import { gzipSync } from 'node:zlib';
import { GzipStream } from './gzip-stream.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { OutgoingHead, OutputTransform } from './output-transform.ts';

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

/** Gzips text for clients that can take it. */
export class GZipContentEncoding implements OutputTransform {
  readonly #isAccepted: boolean;
  #stream: GzipStream | null = null;

  constructor(request: HTTPServerRequest) {
    this.#isAccepted = acceptsGzip(request.headers.get('Accept-Encoding', ''));
  }

  transformFirstChunk(head: OutgoingHead, chunk: Buffer, isLast: boolean): Buffer {
    const { headers } = head;
    headers.set(
      'Vary',
      headers.has('Vary') ? `${headers.get('Vary', '')}, Accept-Encoding` : 'Accept-Encoding',
    );
    const isWanted =
      this.#isAccepted &&
      !hasNoBody(head.statusCode) &&
      isCompressible(headers.get('Content-Type', '')) &&
      (!isLast || chunk.length >= MIN_BYTES) &&
      !headers.has('Content-Encoding');
    if (!isWanted) return chunk;
    headers.set('Content-Encoding', 'gzip');
    if (isLast) {
      const whole = gzipSync(chunk, { level: LEVEL });
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

/** RFC 9110 §12.5.3; a `q` of 0 says no. */
function acceptsGzip(header: string): boolean {
  return header.split(',').some((entry) => {
    const [coding = '', ...params] = entry.split(';').map((part) => part.trim().toLowerCase());
    const isGzip = coding === 'gzip' || coding === 'x-gzip';
    return isGzip && !params.some((param) => /^q\s*=\s*0(?:\.0*)?$/.test(param));
  });
}

function isCompressible(contentType: string): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || CONTENT_TYPES.has(type);
}

function hasNoBody(statusCode: number): boolean {
  return statusCode < 200 || statusCode === 204 || statusCode === 304;
}
