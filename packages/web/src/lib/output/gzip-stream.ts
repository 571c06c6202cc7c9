// One gzip stream, made piece by piece without waiting. RFC 1952, RFC 1951.
//
// zlib's streams answer later, and its functions that answer at once know no pieces. But deflate blocks of several runs are
// one stream if each but the last run ends on a byte (a sync flush) and each knows the 32 KiB before it (a dictionary).
import { constants, crc32, deflateRawSync } from 'node:zlib';

import type { PieceEncoder } from './piece-encoder.ts';

const WINDOW_BYTES = 32_768;
/** RFC 1952 §2.3: deflate, no flags, no time, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** Compresses; what each `push` gives can be decompressed with what came before it. */
export class GzipStream implements PieceEncoder {
  readonly #level: number;
  #isBegun = false;
  /** The last bytes that went in. */
  #window: Buffer = Buffer.alloc(0);
  #checksum = 0;
  #size = 0;

  constructor(level: number) {
    this.#level = level;
  }

  /** The next bytes of the stream; behind the last piece no other may come. */
  push(chunk: Buffer, isLast: boolean): Buffer {
    const parts = [this.#begin(), this.#deflate(chunk, isLast)];
    // Of no bytes zlib gives the first checksum, not the last.
    if (chunk.length > 0) this.#checksum = crc32(chunk, this.#checksum);
    this.#size = (this.#size + chunk.length) % 2 ** 32;
    if (isLast) parts.push(this.#trailer());
    return Buffer.concat(parts);
  }

  #begin(): Buffer {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    return isFirst ? HEADER : Buffer.alloc(0);
  }

  #deflate(chunk: Buffer, isLast: boolean): Buffer {
    const dictionary = this.#window;
    this.#window = Buffer.concat([dictionary, chunk.subarray(-WINDOW_BYTES)]).subarray(
      -WINDOW_BYTES,
    );
    return deflateRawSync(chunk, {
      level: this.#level,
      finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(dictionary.length === 0 ? {} : { dictionary }),
    });
  }

  /** RFC 1952 §2.3.1: checksum and size of what went in. */
  #trailer(): Buffer {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#checksum, 0);
    trailer.writeUInt32LE(this.#size, 4);
    return trailer;
  }
}
