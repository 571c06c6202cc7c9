import { createGunzip, gunzipSync } from 'node:zlib';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, type Answer } from '../../../test/ask.ts';
import { etagOf } from './etag.ts';
import { GzipStream } from './gzip-stream.ts';
import type { AppResponse } from '../testing/memory-connection.ts';

const LONG = 'hello gzip '.repeat(200);

function compressed(answer: Answer, accept = 'gzip', method = 'GET'): Promise<AppResponse> {
  return ask(answer, {
    settings: { compressResponse: true },
    headers: { 'Accept-Encoding': accept },
    method,
  });
}

const writeLong: Answer = (handler) => {
  handler.write(LONG);
};

describe('compressResponse', () => {
  it('gzips text, and says so (WEB-96, 97)', async () => {
    const { headers, body } = await compressed(writeLong);
    expect(gunzipSync(body).toString()).toBe(LONG);
    expect(headers.get('Content-Encoding')).toBe('gzip');
    expect(headers.get('Content-Length')).toBe(String(body.length));
    expect(headers.get('Vary')).toBe('Accept-Encoding');
    expect(headers.get('Etag')).toBe(etagOf(LONG));
  });

  it.each(['', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.0'])(
    'leaves clients alone that accept "%s" (WEB-96, 97)',
    async (accept) => {
      const { headers, body } = await compressed(writeLong, accept);
      expect(body.toString()).toBe(LONG);
      expect(headers.has('Content-Encoding')).toBe(false);
      expect(headers.get('Vary')).toBe('Accept-Encoding');
    },
  );

  it.each(['deflate, GZIP;q=0.5', 'x-gzip'])('takes "%s" for a yes (WEB-96)', async (accept) => {
    expect((await compressed(writeLong, accept)).headers.has('Content-Encoding')).toBe(true);
  });

  it.each([
    ['text/plain', true],
    ['application/json; charset=UTF-8', true],
    ['image/svg+xml', true],
    ['image/png', false],
    ['application/octet-stream', false],
  ])('of %s: %j (WEB-96)', async (type, isCompressed) => {
    const { headers } = await compressed((handler) => {
      handler.setHeader('Content-Type', type);
      handler.write(LONG);
    });
    expect(headers.has('Content-Encoding')).toBe(isCompressed);
  });

  it('leaves alone what is short, or encoded already (WEB-96)', async () => {
    const short = await compressed((handler) => {
      handler.write('x'.repeat(1023));
    });
    expect(short.body).toHaveLength(1023);
    const encoded = await compressed((handler) => {
      handler.setHeader('Content-Encoding', 'br');
      handler.write(LONG);
    });
    expect(encoded.body.toString()).toBe(LONG);
  });

  it('adds to the Vary there is (WEB-97)', async () => {
    const { headers } = await compressed((handler) => {
      handler.setHeader('Vary', 'Cookie');
    });
    expect(headers.get('Vary')).toBe('Cookie, Accept-Encoding');
  });

  it('gzips what is streamed, however short, each piece at once (WEB-96, 97)', async () => {
    const { headers, body } = await compressed(async (handler) => {
      handler.setHeader('Content-Length', 3);
      for (const piece of ['a', 'b', 'c']) {
        handler.write(piece);
        await handler.flush();
      }
    });
    expect(gunzipSync(body).toString()).toBe('abc');
    expect(headers.has('Content-Length')).toBe(false);
  });

  it('keeps HEAD and 304 without a body', async () => {
    expect((await compressed(writeLong, 'gzip', 'HEAD')).body).toHaveLength(0);
    const known = await ask(writeLong, {
      settings: { compressResponse: true },
      headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': etagOf(LONG) },
    });
    expect([known.status, known.body.length]).toEqual([304, 0]);
    expect(known.headers.has('Content-Encoding')).toBe(false);
  });
});

describe('GzipStream', () => {
  it('makes one stream of any pieces, each decodable when it comes (WEB-97)', async () => {
    const piece = fc.oneof(fc.uint8Array(), fc.constant(new Uint8Array(40_000).fill(7)));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), async (pieces) => {
        const stream = new GzipStream(6);
        const gunzip = createGunzip();
        let received = Buffer.alloc(0);
        gunzip.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
        let sent = Buffer.alloc(0);
        for (const one of pieces) {
          sent = Buffer.concat([sent, one]);
          const bytes = stream.push(Buffer.from(one), false);
          await new Promise<void>((resolve) =>
            gunzip.write(bytes, () => {
              resolve();
            }),
          );
          expect(received.equals(sent)).toBe(true);
        }
        gunzip.end(stream.push(Buffer.alloc(0), true));
        await once(gunzip, 'end');
        expect(received.equals(sent)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('finds again what was in earlier pieces', () => {
    const stream = new GzipStream(6);
    const piece = Buffer.from(Array.from({ length: 1000 }, (_, at) => (at * 7919) % 251));
    stream.push(piece, false);
    expect(stream.push(piece, false).length).toBeLessThan(60);
  });
});
