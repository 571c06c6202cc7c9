import * as zlib from 'node:zlib';
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { once } from 'node:events';
import { Future } from '@typhoon/concurrent';
import { ExpectLog } from '@typhoon/log/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, type Answer } from '../../../test/ask.ts';
import { availableCodings } from './codings.ts';
import { contentEncoding, GZipContentEncoding } from './content-encoding.ts';
import { etagOf } from './etag.ts';
import { GzipStream } from './gzip-stream.ts';
import type { OutgoingHead, OutputTransform } from './output-transform.ts';
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
    expect(headers.get('Etag')).toBe(`W/${etagOf(LONG)}`);
  });

  it.each(['', 'identity', 'deflate', 'gzip;q=0', 'gzip; q=0.0', 'br;q=x', '*;q=0'])(
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
    for (const tag of [etagOf(LONG), `W/${etagOf(LONG)}`]) {
      const known = await ask(writeLong, {
        settings: { compressResponse: true },
        headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': `"other", ${tag}` },
      });
      expect([known.status, known.body.length]).toEqual([304, 0]);
      expect(known.headers.has('Content-Encoding')).toBe(false);
      expect(known.headers.get('Etag')).toBe(tag); // RFC 9110 §15.4.5
    }
  });
});

const streamed: Answer = async (handler) => {
  handler.write('a');
  await handler.flush();
  await handler.flush(); // nothing new
  handler.write(LONG);
  void handler.flush(); // and the end behind it
};

function decoded(coding: string, body: Buffer): string {
  const name = { gzip: 'gunzipSync', br: 'brotliDecompressSync', zstd: 'zstdDecompressSync' }[
    coding
  ];
  return (Reflect.get(zlib, name ?? '') as (bytes: Buffer) => Buffer)(body).toString();
}

describe('the coding', () => {
  const codingFor = async (accept: string): Promise<string | undefined> =>
    (await compressed(writeLong, accept)).headers.get('Content-Encoding');

  it.each([
    ['gzip, br', 'br'],
    ['gzip;q=1, br;q=0.9', 'gzip'],
    ['gzip;q=0.2, br;q=0.9, deflate', 'br'],
    ['br;q=0, *;q=0.5', availableCodings.includes('zstd') ? 'zstd' : 'gzip'],
    ['*', availableCodings[0]],
    ['gzip;q=0.5, identity;q=0.4', 'gzip'],
    ['gzip;q=0.5, identity', undefined],
  ])('for "%s" is %s', async (accept, coding) => {
    expect(await codingFor(accept)).toBe(coding);
  });

  it('is what it says', async () => {
    const { body } = await compressed(writeLong, 'br');
    expect(brotliDecompressSync(body).toString()).toBe(LONG);
    if (!availableCodings.includes('zstd')) return;
    const decompress = Reflect.get(zlib, 'zstdDecompressSync') as (bytes: Buffer) => Buffer;
    expect(decompress((await compressed(writeLong, 'zstd')).body).toString()).toBe(LONG);
  });

  it('is one of those that the setting names', async () => {
    const options = { headers: { 'Accept-Encoding': 'br, gzip' } };
    const only = await ask(writeLong, { ...options, settings: { compressResponse: ['gzip'] } });
    expect(only.headers.get('Content-Encoding')).toBe('gzip');
    const transforms = [GZipContentEncoding];
    const old = await ask(writeLong, { ...options, settings: { transforms } });
    expect(old.headers.get('Content-Encoding')).toBe('gzip');
  });

  it.each(availableCodings)(
    'of what is streamed is %s where the client likes that',
    async (coding) => {
      const { headers, body } = await compressed(streamed, `${coding}, *;q=0.1`);
      expect(headers.get('Content-Encoding')).toBe(coding);
      expect(headers.has('Content-Length')).toBe(false);
      expect(decoded(coding, body)).toBe(`a${LONG}`);
    },
  );

  it('of events is gzip where the client does not mind, which needs the least memory', async () => {
    const events: Answer = async (handler) => {
      handler.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
      await streamed(handler);
    };
    const codingFor = async (accept: string): Promise<string | undefined> =>
      (await compressed(events, accept)).headers.get('Content-Encoding');
    expect(await codingFor('gzip, br, zstd')).toBe('gzip');
    expect(await codingFor('gzip;q=0.9, br')).toBe('br');
  });

  it('of what is streamed to HEAD is said, and nothing is sent', async () => {
    const { headers, body } = await compressed(streamed, 'br', 'HEAD');
    expect([headers.get('Content-Encoding'), body.length]).toEqual(['br', 0]);
  });

  it('passes what is streamed through the transforms behind it, the head at once', async () => {
    const seen: [number, boolean][] = [];
    class Watch implements OutputTransform {
      transformFirstChunk(_head: OutgoingHead, chunk: Buffer, isLast: boolean): Buffer {
        return this.transformChunk(chunk, isLast);
      }
      transformChunk(chunk: Buffer, isLast: boolean): Buffer {
        seen.push([chunk.length, isLast]);
        return chunk;
      }
    }
    const { body } = await ask(streamed, {
      settings: { transforms: [contentEncoding(['br']), Watch] },
      headers: { 'Accept-Encoding': 'br' },
    });
    expect(decoded('br', body)).toBe(`a${LONG}`);
    expect(seen[0]).toEqual([0, false]);
    expect(seen.map(([, isLast]) => isLast)).toEqual([false, false, false, false, true]);
    expect(seen.reduce((sum, [length]) => sum + length, 0)).toBe(body.length);
  });

  it('of what fails on the way ends the connection, and is logged', async () => {
    class Broken implements OutputTransform {
      transformFirstChunk(): Future<Buffer> {
        return Future.rejected(new Error('broken'));
      }
      transformChunk(chunk: Buffer): Buffer {
        return chunk;
      }
    }
    await new ExpectLog('typhoon.general', 'Cannot send the rest').run(async () => {
      await expect(ask(streamed, { settings: { transforms: [Broken] } })).rejects.toThrow();
    });
  });

  it('is none for a part of something, and where nothing may be changed', async () => {
    const part = await compressed((handler) => {
      handler.setStatus(206);
      handler.setHeader('Content-Range', 'bytes 0-2199/5000');
      handler.write(LONG);
    });
    expect(part.body.toString()).toBe(LONG);
    const secret = await compressed((handler) => {
      handler.setHeader('Cache-Control', 'private, no-transform');
      handler.write(LONG);
    });
    expect(secret.headers.has('Content-Encoding')).toBe(false);
  });

  it('leaves a Vary alone that says it already', async () => {
    for (const vary of ['*', 'Cookie, accept-encoding']) {
      const { headers } = await compressed((handler) => {
        handler.setHeader('Vary', vary);
      });
      expect(headers.get('Vary')).toBe(vary);
    }
  });
});

describe('GzipStream', () => {
  it('makes one stream of any pieces, each decodable when it comes (WEB-97, PYS-14)', async () => {
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
