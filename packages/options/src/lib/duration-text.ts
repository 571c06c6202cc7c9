// Durations as they are typed on a command line (OPT-11): `1h30m`, `1.5 hours`, `90`. Milliseconds inside.
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';

const UNITS_MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
  microseconds: 0.001,
} as const;

const UNITS: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.entries(UNITS_MS),
  ['w', UNITS_MS.weeks],
  ['d', UNITS_MS.days],
  ['h', UNITS_MS.hours],
  ['m', UNITS_MS.minutes],
  ['min', UNITS_MS.minutes],
  ['s', UNITS_MS.seconds],
  ['sec', UNITS_MS.seconds],
  ['ms', UNITS_MS.milliseconds],
  ['us', UNITS_MS.microseconds],
]);

const PART = /\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*([a-z]*)\s*/iy;

/**
 * Reads a duration: parts of a number and a unit, added up. A number without a unit is seconds; nothing at all is 0.
 *
 * @returns Milliseconds.
 * @throws OptionsError `ERR_OPTION_VALUE`
 */
export function parseDuration(text: string): number {
  let sumMs = 0;
  for (PART.lastIndex = 0; PART.lastIndex < text.length;) {
    const part = PART.exec(text);
    const unitMs =
      part === null ? undefined : UNITS.get(part[2] === '' ? 'seconds' : String(part[2]));
    if (part === null || unitMs === undefined) {
      const units = [...UNITS.keys()].join(', ');
      const message = `Unrecognized duration: ${repr(text)}; units are ${units}`;
      throw new OptionsError('ERR_OPTION_VALUE', message);
    }
    sumMs += Number(part[1]) * unitMs;
  }
  return sumMs;
}

const SHORT = [
  ['w', UNITS_MS.weeks],
  ['d', UNITS_MS.days],
  ['h', UNITS_MS.hours],
  ['m', UNITS_MS.minutes],
  ['s', UNITS_MS.seconds],
] as const;

/** The shortest text that `parseDuration` makes the same milliseconds of. */
export function durationText(durationMs: number): string {
  const unit = SHORT.find(([, unitMs]) => durationMs !== 0 && durationMs % unitMs === 0);
  if (unit !== undefined) return `${durationMs / unit[1]}${unit[0]}`;
  return durationMs === 0 ? '0s' : `${durationMs}ms`;
}
