// Dates as they are typed on a command line (OPT-10), in local time. Owns: the ten forms and their order.
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';

const WEEKDAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';

const FIELDS: Readonly<Record<string, string>> = {
  a: `(?:${WEEKDAYS})`,
  b: `(?<month>${MONTHS})`,
  d: String.raw`(?<day>3[01]|[12]\d|0?[1-9])`,
  m: '(?<month>1[0-2]|0?[1-9])',
  Y: String.raw`(?<year>\d{4})`,
  H: String.raw`(?<hour>2[0-3]|[01]\d|\d)`,
  M: String.raw`(?<minute>[0-5]\d|\d)`,
  S: String.raw`(?<second>[0-5]\d|\d)`,
};

/** Tried in this order. A form without a date means 1 January 1900, as in Python. */
const FORMS: readonly RegExp[] = [
  '%a %b %d %H:%M:%S %Y',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d %H:%M',
  '%Y-%m-%dT%H:%M',
  '%Y%m%d %H:%M:%S',
  '%Y%m%d %H:%M',
  '%Y-%m-%d',
  '%Y%m%d',
  '%H:%M:%S',
  '%H:%M',
].map((form) => {
  const source = form
    .replaceAll(' ', String.raw`\s+`)
    .replace(/%(\w)/g, (_, field: string) => FIELDS[field] ?? '');
  return new RegExp(`^${source}$`, 'i');
});

/**
 * Reads a date in one of Tornado's forms, `2026-01-31 12:00` for one, as local time.
 *
 * @throws OptionsError `ERR_OPTION_VALUE`
 */
export function parseDate(text: string): Date {
  for (const form of FORMS) {
    const date = dateOf(form.exec(text)?.groups);
    if (date !== null) return date;
  }
  throw new OptionsError('ERR_OPTION_VALUE', `Unrecognized date/time format: ${repr(text)}`);
}

function dateOf(groups: Readonly<Record<string, string>> | undefined): Date | null {
  if (groups === undefined) return null;
  const number = (name: string, fallback: number): number =>
    groups[name] === undefined ? fallback : Number(groups[name]);
  const month = /^\D/.test(groups['month'] ?? '')
    ? MONTHS.toLowerCase().split('|').indexOf(String(groups['month']).toLowerCase())
    : number('month', 1) - 1;
  const day = number('day', 1);
  const date = new Date(1900, month, day, number('hour', 0), number('minute', 0));
  date.setSeconds(number('second', 0));
  date.setFullYear(number('year', 1900), month, day);
  return date.getMonth() === month && date.getDate() === day ? date : null;
}
