// What dates are said with (LCL-18): English templates, which are the messages that get translated. Owns: the words, and
// which template a date takes. Must not know: languages.

/** Message by month. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Message by `Date.getUTCDay`. */
export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Forgiven as a clock that is wrong. */
const CLOCK_SKEW_MS = 60 * SECOND_MS;

/** How a date is to be said. */
export interface DateStyle {
  /** Minutes that are subtracted to get local time, as `Date.getTimezoneOffset` gives them. Default 0: UTC. */
  readonly gmtOffset?: number;
  /** Whether dates of the last day are said as `5 minutes ago`. Default true. */
  readonly relative?: boolean;
  /** Whether the time is left out of dates. Default false. */
  readonly shorter?: boolean;
  /** Whether day, month and year are always said. Default false. */
  readonly fullFormat?: boolean;
}

/** A template, or one for each number with the count that decides. */
export type DateWords =
  | { readonly kind: 'absolute'; readonly template: string }
  | {
      readonly kind: 'ago';
      readonly one: string;
      readonly many: string;
      readonly unit: string;
      readonly count: number;
    };

/** The words for the instant `ms`, seen from `nowMs` (LCL-11, 12, 14). */
export function dateWords(ms: number, nowMs: number, style: DateStyle): DateWords {
  const { gmtOffset = 0, relative = true, shorter = false, fullFormat = false } = style;
  const isSkew = relative && ms > nowMs && ms - nowMs < CLOCK_SKEW_MS;
  const pastMs = isSkew ? 0 : nowMs - ms;
  // Whole days, and the seconds of the day that has begun.
  const days = Math.floor(pastMs / DAY_MS);
  const seconds = Math.floor((pastMs - days * DAY_MS) / SECOND_MS);
  const absolute = (template: string, timed = `${template} at %(time)s`): DateWords => ({
    kind: 'absolute',
    template: shorter ? template : timed,
  });
  if (!fullFormat && pastMs >= 0) {
    if (days === 0) return relative ? ago(seconds) : absolute('%(time)s', '%(time)s');
    const isYesterday = days === 1 && dayBefore(nowMs, gmtOffset) === dayOf(ms, gmtOffset);
    if (isYesterday && relative) return absolute('yesterday');
    if (days < 5) return absolute('%(weekday)s');
    if (days < 334) return absolute('%(month_name)s %(day)s');
  }
  return absolute('%(month_name)s %(day)s, %(year)s');
}

function ago(seconds: number): DateWords {
  if (seconds < 50) return phrase('second', seconds);
  if (seconds < 50 * 60) return phrase('minute', roundHalfToEven(seconds / 60));
  return phrase('hour', roundHalfToEven(seconds / 3600));
}

function phrase(unit: string, count: number): DateWords {
  const many = `%(${unit}s)d ${unit}s ago`;
  return { kind: 'ago', one: `1 ${unit} ago`, many, unit: `${unit}s`, count };
}

/** PYS-20 */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** The instant as a date whose UTC fields are the local ones. */
export function localDate(ms: number, gmtOffset: number): Date {
  return new Date(ms - gmtOffset * MINUTE_MS);
}

function dayOf(ms: number, gmtOffset: number): number {
  return localDate(ms, gmtOffset).getUTCDate();
}

function dayBefore(ms: number, gmtOffset: number): number {
  return dayOf(ms - DAY_MS, gmtOffset);
}
