// Rotation by the clock: app.log, and app.log.2026-01-31 for the period that began then, in local time.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { LogError } from './log-error.ts';
import { compileDateFormat } from './strftime.ts';

import type { LogFileState, LogRotation } from './file-handler.ts';

/** The unit: seconds, minutes, hours, days from the last write; at midnight; at midnight after Monday (W0) … Sunday (W6). */
export type RotateWhen =
  'S' | 'M' | 'H' | 'D' | 'midnight' | 'W0' | 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6';

/** Options of {@link timeRotation}. */
export interface TimeRotationOptions {
  /** Default `midnight`; case does not matter. */
  readonly when?: RotateWhen | (string & {});
  /** How many units a file lasts; weeks are always one. Default 1. */
  readonly interval?: number;
  /** Old files kept; 0 keeps all. Default 10. */
  readonly backups?: number;
}

const UNITS: Readonly<Record<string, readonly [lengthMs: number, suffix: string]>> = {
  S: [1000, '%Y-%m-%d_%H-%M-%S'],
  M: [60_000, '%Y-%m-%d_%H-%M'],
  H: [3_600_000, '%Y-%m-%d_%H'],
  D: [86_400_000, '%Y-%m-%d'],
};

/**
 * Starts a new file when a period is over, and names the old one after the period's beginning (LOG-8).
 *
 * @throws LogError `ERR_LOG_ROTATION` for a unit or interval that does not exist.
 */
export function timeRotation(options: TimeRotationOptions = {}): LogRotation {
  const { interval = 1, backups = 10 } = options;
  const when = (options.when ?? 'midnight').toUpperCase();
  if (!Number.isInteger(interval) || interval < 1) {
    throw new LogError('ERR_LOG_ROTATION', `interval is ${interval}, must be an integer from 1`);
  }
  const endOfPeriod = periodRule(when, interval);
  const writeSuffix = compileDateFormat(UNITS[when]?.[1] ?? '%Y-%m-%d');
  let beginMs = 0;
  let endMs = Infinity;
  return {
    opened({ lastWrittenMs }: LogFileState) {
      beginMs = lastWrittenMs;
      endMs = endOfPeriod(lastWrittenMs);
    },
    isDue: (_file, _addedBytes, nowMs) => nowMs >= endMs,
    rotate(path) {
      renameSync(path, freeName(`${path}.${writeSuffix(beginMs)}`));
      if (backups > 0) removeOldest(path, backups);
    },
  };
}

/** When the period is over that an instant lies in. */
function periodRule(when: string, interval: number): (ms: number) => number {
  const unit = UNITS[when];
  if (unit !== undefined) return (ms) => ms + unit[0] * interval;
  if (when === 'MIDNIGHT') return (ms) => midnightAfter(ms, interval);
  const weekday = /^W([0-6])$/.exec(when)?.[1];
  if (weekday === undefined) {
    throw new LogError(
      'ERR_LOG_ROTATION',
      `${when} is no rotation unit: use S, M, H, D, midnight, W0-W6`,
    );
  }
  // Monday is 0 here and 1 in JavaScript. The file ends with its day, so one begun on that day lasts until the day is over.
  const lastDay = (Number(weekday) + 1) % 7;
  return (ms) => midnightAfter(ms, ((lastDay - new Date(ms).getDay() + 7) % 7) + 1);
}

/** The local midnight that begins the day `days` after the instant's; a day of 23 or 25 hours counts as one. */
function midnightAfter(ms: number, days: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** Where clocks go back, two periods have one name; the second gets a number rather than the first one's place. */
function freeName(path: string): string {
  let name = path;
  for (let n = 1; existsSync(name); n++) name = `${path}.${n}`;
  return name;
}

function removeOldest(path: string, keep: number): void {
  const prefix = `${basename(path)}.`;
  const old = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d{4}-\d\d-\d\d/.test(name.slice(prefix.length)))
    .sort();
  for (const name of old.slice(0, Math.max(0, old.length - keep)))
    rmSync(join(dirname(path), name));
}
