// Files read in pieces, without blocking (WEB-108).
import { open } from 'node:fs/promises';

/** Bytes read at once. */
const PIECE_BYTES = 65_536;

/**
 * Bytes `start` to `end` (exclusive) of a file; each piece is the taker's own. The file is read as pieces are asked for, and
 * closed when nobody asks any more.
 */
export async function* readPieces(
  path: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r');
  try {
    let at = start;
    while (at < end) {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
