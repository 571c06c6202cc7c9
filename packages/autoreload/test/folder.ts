// A folder of files for the length of a test.
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Files that a test writes and changes. */
export class Folder {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), 'typhoon-autoreload-')));

  constructor() {
    onTestFinished(() => {
      rmSync(this.path, { recursive: true });
    });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  /** As careful editors save: the new text under another name, and that over the old file. */
  replace(name: string, text: string): void {
    renameSync(this.write(`.${name}.tmp`, text), this.file(name));
  }
}
