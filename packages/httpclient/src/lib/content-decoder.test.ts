import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DecodedBody, isKnownCoding } from './content-decoder.ts';
import { CollectedBody, StreamedBody } from './response-body.ts';
import type { BodyFlow } from './response-body.ts';

const TEXT = Buffer.from('hello, hello, hello. '.repeat(50));

const CODINGS: [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['X-GZIP', (bytes) => zlib.gzipSync(bytes)],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes)],
];
/** Since Node.js 22.15. */
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Buffer) => Buffer };
if (zstdCompressSync !== undefined) CODINGS.push(['zstd', zstdCompressSync]);

interface Outcome {
  /** What came to the callback, when there is one. */
  readonly streamed: Buffer[];
  readonly pauses: number;
  readonly resumes: number;
  readonly result: Buffer | Error;
  readonly isAtOnce: boolean;
}

interface Setup {
  readonly coding?: string;
  readonly maxBytes?: number;
  readonly callback?: (chunk: Buffer) => unknown;
}

/** Pushes the pieces through a decoder. */
async function decode(pieces: readonly Buffer[], setup: Setup = {}): Promise<Outcome> {
  const { coding: contentEncoding = 'gzip', maxBytes = 1_000_000, callback } = setup;
  const streamed: Buffer[] = [];
  const counts = { pauses: 0, resumes: 0 };
  let settle: (result: Buffer | Error) => void = () => undefined;
  let isDone = false;
  const result = new Promise<Buffer | Error>((resolve) => (settle = resolve));
  const finish = (end: Buffer | Error): void => {
    isDone = true;
    settle(end);
  };
  const flow: BodyFlow = {
    pause: () => counts.pauses++,
    resume: () => counts.resumes++,
    bodyDone: finish,
    bodyFailed: (error) => {
      finish(error as Error);
    },
  };
  const collect = (chunk: Buffer): unknown => {
    streamed.push(chunk);
    return callback?.(chunk);
  };
  const isStreamed = callback !== undefined;
  const body = new DecodedBody(flow, {
    contentEncoding,
    maxBytes,
    isStreamed,
    makeTarget: (to) => (isStreamed ? new StreamedBody(to, collect) : new CollectedBody(to, -1)),
  });
  for (const piece of pieces) {
    const borrowed = Buffer.concat([Buffer.from('#'), piece]);
    body.push(borrowed, 1, borrowed.length);
    borrowed.fill(0);
  }
  body.end();
  const isAtOnce = isDone;
  return { streamed, ...counts, result: await result, isAtOnce };
}

function split(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** Text that hardly compresses. */
function noise(size: number): Buffer {
  let seed = 1;
  return Buffer.from(
    Array.from(
      { length: size },
      () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) >> 16,
    ),
  );
}

describe('isKnownCoding', () => {
  it('knows gzip, deflate and br in any case (SHC-18)', () => {
    for (const coding of ['gzip', 'GZIP', ' x-gzip ', 'deflate', 'br']) {
      expect(isKnownCoding(coding)).toBe(true);
    }
    for (const coding of ['', 'identity', 'compress', 'gzip, br']) {
      expect(isKnownCoding(coding)).toBe(false);
    }
  });
});

describe('DecodedBody', () => {
  it.each(CODINGS)('decodes a small body of %s at once (SHC-18)', async (coding, compress) => {
    const { result, isAtOnce } = await decode([compress(TEXT)], { coding });
    expect(result).toEqual(TEXT);
    expect(isAtOnce).toBe(true);
  });

  it.each(CODINGS)('decodes %s in pieces of any size', async (coding, compress) => {
    for (const size of [1, 7, 1000]) {
      const pieces = split(compress(TEXT), size);
      expect((await decode(pieces, { coding })).result).toEqual(TEXT);
      const { streamed, result } = await decode(pieces, { coding, callback: () => undefined });
      expect(Buffer.concat(streamed)).toEqual(TEXT);
      expect(result).toEqual(Buffer.alloc(0));
    }
  });

  it('decodes what is large, or grows large, in pieces', async () => {
    const large = noise(300_000);
    const first = await decode(split(zlib.gzipSync(large), 16_384));
    expect(large.equals(first.result as Buffer)).toBe(true);
    expect(first.isAtOnce).toBe(false);
    const grown = Buffer.alloc(900_000, 'a');
    const second = await decode([zlib.gzipSync(grown)]);
    expect(grown.equals(second.result as Buffer)).toBe(true);
    expect(second.isAtOnce).toBe(false);
  });

  it('makes nothing of nothing', async () => {
    expect((await decode([])).result).toEqual(Buffer.alloc(0));
    expect((await decode([], { callback: () => undefined })).result).toEqual(Buffer.alloc(0));
  });

  it('counts what comes out, at once or in pieces (SEC-30)', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(10_000_000));
    expect(bomb.length).toBeLessThan(20_000);
    for (const setup of [{ maxBytes: 1000 }, { maxBytes: 999_999 }, { maxBytes: 0 }]) {
      for (const callback of [undefined, (): undefined => undefined]) {
        const { result, streamed } = await decode(
          [bomb],
          callback ? { ...setup, callback } : setup,
        );
        expect(result).toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
        expect(Buffer.concat(streamed).length).toBeLessThanOrEqual(setup.maxBytes);
      }
    }
    expect((await decode([zlib.gzipSync(TEXT)], { maxBytes: TEXT.length })).result).toEqual(TEXT);
  });

  it.each([
    ['cut short', zlib.gzipSync(TEXT).subarray(0, -5)],
    ['no gzip', Buffer.from('hello')],
    ['a broken checksum', Buffer.concat([zlib.gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8)])],
  ])('fails for what is %s (SEC-8)', async (_what, bytes) => {
    expect((await decode([bytes])).result).toMatchObject({ code: 'ERR_BAD_BODY' });
    const streamed = await decode(split(bytes, 3), { callback: () => undefined });
    expect(streamed.result).toMatchObject({ code: 'ERR_BAD_BODY' });
  });

  it('holds the connection up when the taker is slow, and no byte is lost', async () => {
    const large = noise(2_000_000);
    const callback = (): Promise<void> => new Promise(setImmediate);
    const pieces = split(zlib.gzipSync(large), 32_768);
    const { streamed, pauses } = await decode(pieces, { callback, maxBytes: large.length });
    expect(Buffer.concat(streamed).equals(large)).toBe(true);
    expect(pauses).toBeGreaterThan(0);
  });

  it('passes on what the taker throws', async () => {
    const callback = (): never => {
      throw new Error('taker');
    };
    expect((await decode([zlib.gzipSync(TEXT)], { callback })).result).toEqual(new Error('taker'));
  });
});
