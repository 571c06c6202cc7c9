// Rotation by size: app.log, app.log.1 (the newest old one), app.log.2 and so on.
import { existsSync, renameSync } from 'node:fs';

import type { LogFileState, LogRotation } from './file-handler.ts';

/** Options of {@link sizeRotation}. */
export interface SizeRotationOptions {
  /** A line that would make the file larger than this starts a new one. 0: never. Default 100,000,000. */
  readonly maxBytes?: number;
  /** Old files kept. 0: never rotate. Default 10. */
  readonly backups?: number;
}

/** Starts a new file when the old one is full, and keeps the last few old ones (LOG-8). */
export function sizeRotation(options: SizeRotationOptions = {}): LogRotation {
  const { maxBytes = 100_000_000, backups = 10 } = options;
  return {
    opened: () => undefined,
    isDue: ({ bytes }: LogFileState, addedBytes: number) =>
      maxBytes > 0 && backups > 0 && bytes > 0 && bytes + addedBytes > maxBytes,
    rotate(path: string) {
      for (let i = backups - 1; i >= 1; i--) {
        if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
      }
      renameSync(path, `${path}.1`);
    },
  };
}
