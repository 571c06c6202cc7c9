// The codings that answers can go out in. zlib does the work.
import * as zlib from 'node:zlib';

/** A coding, by its name in `Accept-Encoding`. */
export type ContentCoding = 'zstd' | 'br' | 'gzip';

const GZIP_LEVEL = 6;
/** Brotli's own default takes ten times as long for a fifth less. */
const BROTLI_QUALITY = 4;

type Compress = (bytes: Buffer) => Buffer;

function gzip(bytes: Buffer): Buffer {
  return zlib.gzipSync(bytes, { level: GZIP_LEVEL });
}

function brotli(bytes: Buffer): Buffer {
  const params = {
    [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return zlib.brotliCompressSync(bytes, { params });
}

/** Node.js has it from 22.15 on. */
const zstd: Compress | undefined = Reflect.get(zlib, 'zstdCompressSync') as Compress | undefined;

const CODINGS: ReadonlyMap<ContentCoding, Compress> = new Map<ContentCoding, Compress>([
  ...(zstd === undefined ? [] : ([['zstd', (bytes: Buffer) => zstd(bytes)]] as const)),
  ['br', brotli],
  ['gzip', gzip],
]);

/** Those that this Node.js has, the cheapest for what they save first. */
export const availableCodings: readonly ContentCoding[] = [...CODINGS.keys()];

/** A whole body, coded. @throws RangeError for a coding that this Node.js has not. */
export function encodeBody(coding: ContentCoding, bytes: Buffer): Buffer {
  const compress = CODINGS.get(coding);
  if (compress === undefined) throw new RangeError(`this Node.js has no ${coding}`);
  return compress(bytes);
}
