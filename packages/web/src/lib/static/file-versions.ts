// Hashes of files' contents, each made once (WEB-102). A file that was written to since is hashed again when it is served.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readPieces } from './file-pieces.ts';

/** What tells whether a file has changed. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
}

interface Entry {
  readonly version: string | Promise<string>;
  /** Null where the file was hashed without looking. */
  readonly stamp: FileStamp | null;
}

/** Versions by absolute path. */
export class FileVersions {
  readonly #entries = new Map<string, Entry>();

  /** The version as it is known, without looking at the file; undefined for one that is not known yet. */
  known(path: string): string | undefined {
    const version = this.#entries.get(path)?.version;
    return typeof version === 'string' ? version : undefined;
  }

  /** Keeps a version that was made elsewhere. */
  keep(path: string, version: string): void {
    this.#entries.set(path, { version, stamp: null });
  }

  /** The version of a file that looks like this now; made by `make` if the known one is of another. */
  async of(path: string, stamp: FileStamp, make: () => Promise<string>): Promise<string> {
    const known = this.#entries.get(path);
    if (known?.stamp?.size === stamp.size && known.stamp.mtimeMs === stamp.mtimeMs) {
      return known.version;
    }
    const version = make();
    this.#entries.set(path, { version, stamp });
    try {
      const made = await version;
      this.#entries.set(path, { version: made, stamp });
      return made;
    } catch (error) {
      this.#entries.delete(path);
      throw error;
    }
  }

  /** Forgets all. */
  reset(): void {
    this.#entries.clear();
  }
}

/** SHA-512 in hex (SEC-9). */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const piece of readPieces(path, 0, Infinity)) hash.update(piece);
  return hash.digest('hex');
}

/** The same while everybody waits: for a template that names a file nobody has asked for yet. */
export function hashFileSync(path: string): string {
  const hash = createHash('sha512');
  const piece = Buffer.allocUnsafe(65_536);
  const fd = openSync(path, 'r');
  try {
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) {
      hash.update(piece.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
