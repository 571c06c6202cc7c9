// The five levels, their names, and reading a level that somebody typed.
// Must not know: loggers, records, where levels are configured.
import { LogError } from './log-error.ts';

/** The levels a record can have (LOG-1). `NOTSET` on a logger means: as my parent. */
export const LogLevel = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** A level by name; case does not matter where one is read. */
export type LevelName = keyof typeof LogLevel | Lowercase<keyof typeof LogLevel>;

const NAMES = new Map<number, string>(Object.entries(LogLevel).map(([name, n]) => [n, name]));

/** The name of a level, upper-case; `Level 35` for a number that has none. */
export function levelName(level: number): string {
  return NAMES.get(level) ?? `Level ${level}`;
}

/**
 * Reads a level given as a number or as a name in any case.
 *
 * @throws LogError `ERR_LOG_LEVEL` for a name or number that is no level.
 */
export function parseLevel(level: number | string): number {
  if (typeof level === 'number') {
    if (level >= 0) return level;
  } else {
    for (const [number, name] of NAMES) if (name === level.toUpperCase()) return number;
  }
  throw new LogError('ERR_LOG_LEVEL', `${level} is not a level: use ${[...NAMES.values()].join()}`);
}
