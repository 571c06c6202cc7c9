// What we write, we read back the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyWriter } from './body-writer.ts';
import { CHUNK_END, chunkStart, lastChunk } from './chunks.ts';
import { HTTPHeaders } from './headers.ts';
import { requestHead } from './request-line.ts';
import { RequestParser } from './request-parser.ts';
import { ResponseParser } from './response-parser.ts';
import { statusLine } from './responses.ts';

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const value = fc.stringMatching(/^(?:[!-~\xa1-\xff](?:[\t -~\x80-\xff]{0,20}[!-~\xa1-\xff])?)?$/);
const target = fc.stringMatching(/^\/[!"$-~\x80-\xff]{0,20}$/);
/** Fields that mean nothing to a parser. */
const fields = fc.array(
  fc.tuple(
    token.map((name) => `X-${name}`),
    value,
  ),
  { maxLength: 6 },
);
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 5 });

/** All that a sink heard. */
class Recorder<Head> {
  head: Head | null = null;
  body: Buffer = Buffer.alloc(0);
  trailers: HTTPHeaders | null = null;
  ends = 0;
  onHead(head: Head): void {
    this.head = head;
  }
  onBody(buffer: Buffer, start: number, end: number): void {
    this.body = Buffer.concat([this.body, buffer.subarray(start, end)]);
  }
  onTrailers(headers: HTTPHeaders): void {
    this.trailers = headers;
  }
  onEnd(): void {
    this.ends++;
  }
}

function headersOf(pairs: Iterable<readonly [string, string]>): HTTPHeaders {
  const headers = new HTTPHeaders();
  for (const [name, text] of pairs) headers.add(name, text);
  return headers;
}

function pushInPieces(
  parser: { push(buffer: Buffer, start: number, end: number): number },
  bytes: Buffer,
  size: number,
): void {
  for (let at = 0; at < bytes.length;) {
    const taken = parser.push(bytes, at, Math.min(at + size, bytes.length));
    if (taken === at) break;
    at = taken;
  }
}

function framed(body: BodyWriter, pieces: readonly Uint8Array[], trailers?: HTTPHeaders): Buffer {
  const out: Buffer[] = [];
  for (const piece of pieces) {
    body.count(piece.length);
    if (body.kind === 'chunked') out.push(Buffer.from(chunkStart(piece.length)));
    out.push(Buffer.from(piece));
    if (body.kind === 'chunked') out.push(Buffer.from(CHUNK_END));
  }
  body.finish();
  if (body.kind === 'chunked') out.push(Buffer.from(lastChunk(trailers), 'latin1'));
  return Buffer.concat(out);
}

describe('a message that we write', () => {
  it('is read back the same when it is a request', () => {
    fc.assert(
      fc.property(
        token,
        target,
        fields,
        chunks,
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        (method, path, pairs, pieces, isChunked, size) => {
          fc.pre(method !== 'CONNECT');
          const headers = headersOf([['Host', 'x'], ...pairs]);
          const sent = Buffer.concat(pieces);
          if (!isChunked) headers.set('Content-Length', String(sent.length));
          const body = BodyWriter.forRequest(true, headers);
          const head = requestHead(method, path, headers).slice(0, -2) + body.headerLines;
          const bytes = Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), framed(body, pieces)]);
          const seen = new Recorder<{ method: string; target: string; headers: HTTPHeaders }>();
          pushInPieces(new RequestParser(seen), bytes, size);
          expect(seen.ends).toBe(1);
          expect([seen.head?.method, seen.head?.target]).toEqual([method, path]);
          seen.head?.headers.delete('Transfer-Encoding');
          expect(seen.head?.headers.toString()).toBe(headers.toString());
          expect(seen.body.equals(sent)).toBe(true);
        },
      ),
    );
  });

  it('is read back the same when it is a response', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(200, 201, 404, 500),
        fields,
        chunks,
        fields,
        fc.integer({ min: 1, max: 64 }),
        (status, pairs, pieces, trailing, size) => {
          const headers = headersOf(pairs);
          const body = BodyWriter.forResponse('GET', 1, status, headers);
          const trailers = headersOf(trailing);
          const head = `${statusLine(status)}${headers.toWire()}${body.headerLines}\r\n`;
          const tail = framed(body, pieces, trailers);
          const seen = new Recorder<{ status: number; headers: HTTPHeaders }>();
          const bytes = Buffer.concat([Buffer.from(head, 'latin1'), tail]);
          pushInPieces(new ResponseParser(seen), bytes, size);
          expect([seen.ends, seen.head?.status]).toEqual([1, status]);
          seen.head?.headers.delete('Transfer-Encoding');
          expect(seen.head?.headers.toString()).toBe(headers.toString());
          expect(seen.body.equals(Buffer.concat(pieces))).toBe(true);
          expect(seen.trailers?.toString() ?? '').toBe(trailers.toString());
        },
      ),
    );
  });
});
