// When files were last changed (ARL-2). Owns: what counts as a change.
// Files are asked for their times, and that folders are watched is only a hint when to ask: a rename over a file, as editors save,
// a network drive and a container's mount are all seen, and 1,000 files take some 5 ms.
import { statSync } from 'node:fs';

/** The files that were looked at, and how they were then. */
export class FileTimes {
  readonly #seen = new Map<string, string>();

  /**
   * Looks at files, and gives those that have changed since the last look; one that is seen for the first time is only
   * remembered, one that is not there is passed over.
   */
  changed(files: Iterable<string>): string[] {
    const changed: string[] = [];
    for (const file of files) {
      const now = stampOf(file);
      if (now === null) continue;
      const before = this.#seen.get(file);
      this.#seen.set(file, now);
      if (before !== undefined && before !== now) changed.push(file);
    }
    return changed;
  }

  /** Has a file count as changed when it is no longer as it is now; one that is not there is passed over. */
  remember(file: string): void {
    const now = stampOf(file);
    if (now !== null && !this.#seen.has(file)) this.#seen.set(file, now);
  }

  /** Has a file that is not there yet count as changed when it comes. */
  expect(file: string): void {
    if (stampOf(file) === null) this.#seen.set(file, 'absent');
  }
}

function stampOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.mtimeMs} ${stat.size}`;
}
