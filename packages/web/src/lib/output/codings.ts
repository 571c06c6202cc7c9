// The codings that answers can go out in. zlib does the work.
import * as zlib from 'node:zlib';
import { GzipStream } from './gzip-stream.ts';
import { ZlibEncoder, type ZlibStream } from './zlib-encoder.ts';
import type { PieceEncoder } from './piece-encoder.ts';

/** A coding, by its name in `Accept-Encoding`. */
export type ContentCoding = 'zstd' | 'br' | 'gzip';

const GZIP_LEVEL = 6;
/** Brotli's own default takes ten times as long for a fifth less. */
const BROTLI_QUALITY = 4;
/** What one stream keeps in memory is 0.5 MiB with these, 1 MiB with zlib's defaults, for the same size of pages. */
const STREAM_BROTLI_QUALITY = 3;
const STREAM_WINDOW_BITS = 16;
const STREAM_TABLE_BITS = 15;

/** One coding: of a whole body, and piece by piece. */
interface Coder {
  readonly whole: (bytes: Buffer) => Buffer;
  readonly pieces: () => PieceEncoder;
}

const gzip: Coder = {
  whole: (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL }),
  pieces: () => new GzipStream(GZIP_LEVEL),
};

const brotli: Coder = {
  whole(bytes) {
    const params = {
      [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    return zlib.brotliCompressSync(bytes, { params });
  },
  pieces() {
    const params = {
      [zlib.constants.BROTLI_PARAM_QUALITY]: STREAM_BROTLI_QUALITY,
      [zlib.constants.BROTLI_PARAM_LGWIN]: STREAM_WINDOW_BITS,
    };
    const stream = zlib.createBrotliCompress({ params });
    return new ZlibEncoder(stream, zlib.constants.BROTLI_OPERATION_FLUSH);
  },
};

/** What Node.js has from 22.15 on, and its types here do not know. */
interface ZstdOfZlib {
  readonly zstdCompressSync: (bytes: Buffer) => Buffer;
  readonly createZstdCompress: (options: { params: Record<number, number> }) => ZlibStream;
}

/** `ZSTD_e_flush`, and the parameters, by their numbers in zstd.h, which are part of its stable interface. */
const ZSTD_FLUSH = 1;
const ZSTD_WINDOW_LOG = 101;
const ZSTD_HASH_LOG = 102;
const ZSTD_CHAIN_LOG = 103;

function zstdOf({ zstdCompressSync, createZstdCompress }: ZstdOfZlib): Coder {
  const params = {
    [ZSTD_WINDOW_LOG]: STREAM_WINDOW_BITS,
    [ZSTD_HASH_LOG]: STREAM_TABLE_BITS,
    [ZSTD_CHAIN_LOG]: STREAM_TABLE_BITS,
  };
  return {
    whole: (bytes) => zstdCompressSync(bytes),
    pieces: () => new ZlibEncoder(createZstdCompress({ params }), ZSTD_FLUSH),
  };
}

function hasZstd(module: object): module is ZstdOfZlib {
  return 'zstdCompressSync' in module && 'createZstdCompress' in module;
}

const CODINGS: ReadonlyMap<ContentCoding, Coder> = new Map<ContentCoding, Coder>([
  ...(hasZstd(zlib) ? ([['zstd', zstdOf(zlib)]] as const) : []),
  ['br', brotli],
  ['gzip', gzip],
]);

/** Those that this Node.js has, the cheapest for what they save first. */
export const availableCodings: readonly ContentCoding[] = [...CODINGS.keys()];

/** A whole body, coded. @throws RangeError for a coding that this Node.js has not. */
export function encodeBody(coding: ContentCoding, bytes: Buffer): Buffer {
  return coderOf(coding).whole(bytes);
}

/** What codes a body that comes in pieces. @throws RangeError for a coding that this Node.js has not. */
export function pieceEncoder(coding: ContentCoding): PieceEncoder {
  return coderOf(coding).pieces();
}

function coderOf(coding: ContentCoding): Coder {
  const coder = CODINGS.get(coding);
  if (coder === undefined) throw new RangeError(`this Node.js has no ${coding}`);
  return coder;
}
