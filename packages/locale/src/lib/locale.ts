// One language. Owns: how dates, lists and numbers are said in it. Must not know: where translations come from; that is
// what the subclasses are for.
import { dateWords, localDate, MONTHS, WEEKDAYS } from './date-words.ts';
import { LOCALE_NAMES } from './locale-names.ts';
import { LocaleError } from './locale-error.ts';
import type { DateStyle } from './date-words.ts';

/** Tells the time; a loop's clock is one. */
export interface NowClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** How a day is to be said. */
export interface DayStyle {
  /** As for dates. Default 0. */
  readonly gmtOffset?: number;
  /** Whether the day of the week is said. Default true. */
  readonly dow?: boolean;
}

const TWELVE_HOURS: Readonly<Record<string, (hour: string, isAfternoon: boolean) => string>> = {
  en: (time, isAfternoon) => `${time} ${isAfternoon ? 'pm' : 'am'}`,
  en_US: (time, isAfternoon) => `${time} ${isAfternoon ? 'pm' : 'am'}`,
  zh_CN: (time, isAfternoon) => (isAfternoon ? '下午' : '上午') + time,
};

/** One language, with its translations. Get one from `get`. */
export abstract class Locale {
  /** Such as `pt_BR`. */
  readonly code: string;
  /** In the language itself; `Unknown` if it is not in {@link LOCALE_NAMES}. */
  readonly name: string;
  /** Whether it is written from right to left (LCL-9). */
  readonly rtl: boolean;
  /** What `Intl` calls it: `pt-BR`. */
  readonly languageTag: string;
  readonly #clock: NowClock;

  constructor(code: string, clock: NowClock) {
    this.code = code;
    this.name = LOCALE_NAMES[code]?.name ?? 'Unknown';
    this.rtl = /^(?:fa|ar|he)/.test(code);
    this.languageTag = code.replaceAll('_', '-');
    this.#clock = clock;
  }

  /**
   * The translation of a message, or the message itself.
   *
   * @param pluralMessage Taken where `count` is not 1; then there must be a count.
   * @throws LocaleError `ERR_LOCALE_COUNT`
   */
  abstract translate(message: string, pluralMessage?: string, count?: number): string;

  /** The same for a message that means different things in different contexts. */
  abstract pgettext(
    context: string,
    message: string,
    pluralMessage?: string,
    count?: number,
  ): string;

  /**
   * Says a date: `5 minutes ago`, `yesterday at 6:35 pm`, `April 28, 2013 at 6:35 pm` (LCL-11 to 14).
   *
   * @param date A date, or milliseconds since the epoch.
   */
  formatDate(date: Date | number, style: DateStyle = {}): string {
    const ms = Number(date);
    const words = dateWords(ms, this.#clock.now(), style);
    if (words.kind === 'ago') {
      const template = this.translate(words.one, words.many, words.count);
      return fill(template, { [words.unit]: words.count });
    }
    return this.#fillDate(words.template, localDate(ms, style.gmtOffset ?? 0));
  }

  /** Says a day: `Sunday, April 28`, or `April 28` (LCL-14). */
  formatDay(date: Date | number, { gmtOffset = 0, dow = true }: DayStyle = {}): string {
    const template = dow ? '%(weekday)s, %(month_name)s %(day)s' : '%(month_name)s %(day)s';
    return this.#fillDate(template, localDate(Number(date), gmtOffset));
  }

  /** Says a list: `A, B and C` (LCL-15). */
  list(parts: readonly string[]): string {
    const last = parts.at(-1);
    if (last === undefined || parts.length === 1) return last ?? '';
    const commas = parts.slice(0, -1).join(this.code.startsWith('fa') ? ' \u0648 ' : ', ');
    return fill(this.translate('%(commas)s and %(last)s'), { commas, last });
  }

  /** A whole number, with commas in English and plain elsewhere (LCL-15). */
  friendlyNumber(value: number | bigint): string {
    const isEnglish = this.code === 'en' || this.code === 'en_US';
    return isEnglish ? this.formatNumber(value) : String(value);
  }

  /** A number as the language writes it: `1.234,5` in German. Not in Tornado. */
  formatNumber(value: number | bigint, options?: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(this.languageTag, options).format(value);
  }

  #fillDate(template: string, local: Date): string {
    return fill(this.translate(template), {
      month_name: this.translate(MONTHS[local.getUTCMonth()] ?? ''),
      weekday: this.translate(WEEKDAYS[local.getUTCDay()] ?? ''),
      day: local.getUTCDate(),
      year: local.getUTCFullYear(),
      time: this.#time(local),
    });
  }

  /** LCL-13 */
  #time(local: Date): string {
    const hour = local.getUTCHours();
    const minutes = String(local.getUTCMinutes()).padStart(2, '0');
    const write = TWELVE_HOURS[this.code];
    if (write === undefined) return `${hour}:${minutes}`;
    return write(`${hour % 12 === 0 ? 12 : hour % 12}:${minutes}`, hour >= 12);
  }
}

/** Fills in `%(name)s` and `%(name)d`; a name that there is no value for stays. */
function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/%(?:%|\((\w+)\)[sd])/g, (match, name: string | undefined) =>
    name === undefined ? '%' : String(values[name] ?? match),
  );
}

/** The count that must come with a plural (LCL-8). @throws LocaleError `ERR_LOCALE_COUNT` */
export function requiredCount(pluralMessage: string, count: number | undefined): number {
  if (count !== undefined) return count;
  const message = `plural message ${JSON.stringify(pluralMessage)} without a count`;
  throw new LocaleError('ERR_LOCALE_COUNT', message);
}
