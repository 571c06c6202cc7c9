// One stream in a coding of zlib's, made piece by piece. Owns: which bytes belong to which piece. Must not know: answers.
import { Future } from '@typhoon/concurrent';
import type { BrotliCompress } from 'node:zlib';
import type { PieceEncoder } from './piece-encoder.ts';

/** All that is asked of one of zlib's streams. */
export type ZlibStream = Pick<BrotliCompress, 'end' | 'flush' | 'on' | 'read' | 'write'>;

/**
 * Codes in zlib's threads. What it holds there is freed when the last piece is done, or when nobody holds the encoder any more:
 * an answer that is cut short need not be followed to its end.
 */
export class ZlibEncoder implements PieceEncoder {
  readonly #stream: ZlibStream;
  readonly #flushKind: number;
  /** Pieces that are not done, the oldest first. */
  readonly #waiting: Future<Buffer>[] = [];
  /** What has come for the oldest of them. */
  #parts: Buffer[] = [];

  /** @param flushKind What makes the stream give out all that it has. */
  constructor(stream: ZlibStream, flushKind: number) {
    this.#stream = stream;
    this.#flushKind = flushKind;
    stream.on('data', (part: Buffer) => this.#parts.push(part));
    stream.on('end', () => {
      this.#settle();
    });
    stream.on('error', (error: Error) => {
      for (const piece of this.#waiting.splice(0)) piece.setException(error);
    });
  }

  push(chunk: Buffer, isLast: boolean): Future<Buffer> {
    const piece = new Future<Buffer>();
    this.#waiting.push(piece);
    if (isLast) {
      this.#stream.end(chunk);
      return piece;
    }
    if (chunk.length > 0) this.#stream.write(chunk);
    this.#stream.flush(this.#flushKind, () => {
      this.#stream.read(); // what it may have kept comes as data, too
      this.#settle();
    });
    return piece;
  }

  #settle(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#waiting.shift()?.setResult(Buffer.concat(parts));
  }
}
