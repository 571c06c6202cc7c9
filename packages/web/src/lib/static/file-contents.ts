// Small files' contents, kept in memory. A file that was written to since is read again: whoever asks has just looked at it.
// HOT: `pnpm bench web`, file-1k
import { readFile } from 'node:fs/promises';
import type { FileStamp } from './file-versions.ts';

/** Larger files are read in pieces each time. */
const MAX_FILE_BYTES = 65_536;
/** Beyond that those go that have been here longest. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Entry {
  readonly bytes: Buffer;
  readonly mtimeMs: number;
}

/** Contents by absolute path. */
export class FileContents {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** The bytes of a file that looks like this now, not to be written to; null for one that is not kept. Rejects as `readFile`. */
  async of(path: string, { size, mtimeMs }: FileStamp): Promise<Buffer | null> {
    if (size > MAX_FILE_BYTES || size === 0) return null;
    const known = this.#entries.get(path);
    if (known?.bytes.length === size && known.mtimeMs === mtimeMs) return known.bytes;
    this.#forget(path);
    const bytes = await readFile(path);
    // It has changed while it was read: as it is now it goes with no size or version that was said.
    if (bytes.length !== size) return null;
    this.#keep(path, { bytes, mtimeMs });
    return bytes;
  }

  /** Forgets all. */
  reset(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #keep(path: string, entry: Entry): void {
    this.#forget(path); // another request may have read it meanwhile
    this.#entries.set(path, entry);
    this.#bytes += entry.bytes.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    this.#bytes -= entry.bytes.length;
  }
}
