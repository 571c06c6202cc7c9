// Answers that are flushed piece by piece and compressed, on a real port.
import * as zlib from 'node:zlib';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { Future } from '@typhoon/concurrent';
import { onEachPoller } from '@typhoon/ioloop/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from './served.ts';
import { RequestHandler } from '../src/index.ts';
import { availableCodings } from '../src/lib/output/codings.ts';
import type { Transform } from 'node:stream';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: zlib.createGunzip,
  br: zlib.createBrotliDecompress,
  zstd: Reflect.get(zlib, 'createZstdDecompress') as () => Transform,
};

async function request(url: string, coding: string): Promise<IncomingMessage> {
  const asked = get(url, { headers: { 'Accept-Encoding': coding } });
  return ((await once(asked, 'response')) as [IncomingMessage])[0];
}

onEachPoller({ describe, it, beforeAll, afterAll }, () => {
  it.each(availableCodings)('%s: what is flushed is with the client at once', async (coding) => {
    let seen = new Future<void>();
    class Pieces extends RequestHandler {
      override async get(): Promise<void> {
        for (const piece of ['one', 'two', 'three']) {
          this.write(piece);
          await this.flush();
          await seen; // by the client
        }
        this.write('end');
      }
    }
    const answer = await request(await serve([['/', Pieces]], { compressResponse: true }), coding);
    expect(answer.headers).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
    const decoded = answer.pipe(DECODERS[coding]?.() as Transform);
    let text = '';
    for await (const part of decoded) {
      text += String(part);
      if (!/(?:one|two|three)$/.test(text)) continue;
      const before = seen;
      seen = new Future();
      before.setResult();
    }
    expect(text).toBe('onetwothreeend');
  });

  it.each(availableCodings)('%s: a client that goes ends it', async (coding) => {
    const gone = new Future<unknown>();
    class Endless extends RequestHandler {
      override async get(): Promise<void> {
        try {
          for (;;) {
            this.write(randomBytes(9000).toString('hex'));
            await this.flush();
          }
        } catch (error) {
          gone.setResult(error);
        }
      }
    }
    const answer = await request(await serve([['/', Endless]], { compressResponse: true }), coding);
    answer.on('error', () => undefined).destroy();
    expect(await gone).toMatchObject({ code: 'ERR_TRANSPORT_CLOSED' });
  });
});
