// How long to wait before a process that has crashed is started again.

/** The waiting times, in milliseconds. */
export interface BackOff {
  /** Before the second restart in a row; the first one is at once. Doubled with each that follows. */
  readonly firstMs: number;
  /** Never more than this. */
  readonly maxMs: number;
}

/**
 * The wait after so many failures in a row: none after the first, then doubling, and of each the upper half at random, so that
 * processes that crash together do not come back together.
 *
 * @param random From 0 to 1, without 1.
 */
export function waitMs(failures: number, { firstMs, maxMs }: BackOff, random: number): number {
  if (failures <= 1) return 0;
  const full = Math.min(maxMs, firstMs * 2 ** (failures - 2));
  return full / 2 + (full / 2) * random;
}
