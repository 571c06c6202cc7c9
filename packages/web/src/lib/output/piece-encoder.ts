// What codes a body piece by piece: gzip-stream.ts at once, zlib-encoder.ts in zlib's threads.
import type { Piece } from './output-transform.ts';

/** Makes one stream of pieces; what a piece gives can be decoded with what came before it. */
export interface PieceEncoder {
  /** The next bytes of the stream; behind the last piece no other may come. */
  push(chunk: Buffer, isLast: boolean): Piece;
}
