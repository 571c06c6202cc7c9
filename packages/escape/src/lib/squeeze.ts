// Runs of space.

/** Replaces each run of space and control characters (U+0000 to U+0020) by one space, and trims (ESC-5). */
export function squeeze(value: string): string {
  return value.replaceAll(/[\0-\x20]+/g, ' ').trim();
}
