// A hint that something in a folder has changed, so that files are looked at at once. Owns: which folders are watched, and what is of no interest.
// It may be missing: network drives and some mounts tell nothing, the system may have no watch left. Nothing depends on it.
import { watch, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';

/** Watches the folders of files. */
export class FolderHints {
  readonly #tell: () => void;
  readonly #files = new Set<string>();
  readonly #watchers = new Map<string, FSWatcher | null>();

  /** `tell` is called for each hint, several times for one change. */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** Watches the folders of these files, too, for what happens to them. Keeps no process alive. */
  follow(files: Iterable<string>): void {
    for (const file of files) {
      this.#files.add(file);
      const folder = dirname(file);
      if (!this.#watchers.has(folder)) this.#watchers.set(folder, this.#watch(folder));
    }
  }

  /** Watches nothing any more. */
  close(): void {
    for (const watcher of this.#watchers.values()) watcher?.close();
    this.#watchers.clear();
  }

  /** Null where it cannot be watched. */
  #watch(folder: string): FSWatcher | null {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // A log or a database may lie in the same folder.
        if (name === null || this.#files.has(join(folder, name))) this.#tell();
      });
      watcher.on('error', () => {
        watcher.close();
      });
      return watcher;
    } catch {
      return null;
    }
  }
}
