// One piece of an answer on its way through all transforms. Must not know: what they do, when pieces are sent.
import { Future } from '@typhoon/concurrent';
import { coroutine } from '@typhoon/gen';
import type { OutgoingHead, OutputTransform, Piece } from './output-transform.ts';

const NOTHING = Buffer.alloc(0);

/** The first piece, with the head before it. */
export function firstPiece(
  transforms: readonly OutputTransform[],
  head: OutgoingHead,
  chunk: Buffer,
  isLast: boolean,
): Piece {
  let piece: Piece = chunk;
  for (const transform of transforms) {
    if (!(piece instanceof Future)) {
      piece = transform.transformFirstChunk(head, piece, isLast);
      continue;
    }
    // The head does not wait for what is to come: to whoever is behind that it comes as a further piece.
    const begun = transform.transformFirstChunk(head, NOTHING, false);
    piece = joined(begun, furtherPiece(transform, piece, isLast));
  }
  return piece;
}

/** A further piece; the last may be empty. */
export function nextPiece(
  transforms: readonly OutputTransform[],
  chunk: Buffer,
  isLast: boolean,
): Piece {
  let piece: Piece = chunk;
  for (const transform of transforms) {
    piece =
      piece instanceof Future
        ? furtherPiece(transform, piece, isLast)
        : transform.transformChunk(piece, isLast);
  }
  return piece;
}

const furtherPiece = coroutine(function* (
  transform: OutputTransform,
  before: Future<Buffer>,
  isLast: boolean,
) {
  const piece = transform.transformChunk(yield* before, isLast);
  return piece instanceof Future ? yield* piece : piece;
});

const joined = coroutine(function* (first: Piece, second: Future<Buffer>) {
  const begun = first instanceof Future ? yield* first : first;
  return Buffer.concat([begun, yield* second]);
});
