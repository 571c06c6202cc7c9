// What a handler asks of languages: the seam that `@typhoon/locale` fits into. Must not know: where translations come from.

/** How a date is to be said; see `formatDate` of `@typhoon/locale`. */
export interface HandlerDateStyle {
  /** Minutes that are subtracted to get local time, as `Date.getTimezoneOffset` gives them. Default 0: UTC. */
  readonly gmtOffset?: number;
  /** Whether dates of the last day are said as `5 minutes ago`. Default true. */
  readonly relative?: boolean;
  /** Whether the time is left out of dates. Default false. */
  readonly shorter?: boolean;
  /** Whether day, month and year are always said. Default false. */
  readonly fullFormat?: boolean;
}

/** One language. */
export interface HandlerLocale {
  /** Such as `pt_BR`. */
  readonly code: string;
  /** The translation of a message; of its plural where `count` is not one. */
  translate(message: string, pluralMessage?: string, count?: number): string;
  /** The same, of a message that means different things in different contexts. */
  pgettext(context: string, message: string, pluralMessage?: string, count?: number): string;
  /** Says a date, or an instant in milliseconds since the epoch: `5 minutes ago`, `yesterday at 6:35 pm`. */
  formatDate(date: Date | number, style?: HandlerDateStyle): string;
  /** Says a day: `Sunday, April 28`; with `dow: false` without the day of the week. */
  formatDay(
    date: Date | number,
    style?: { readonly gmtOffset?: number; readonly dow?: boolean },
  ): string;
}

/** The languages that an application speaks. */
export interface HandlerLocales {
  /** The first of the codes that is spoken, or the default language. */
  getClosest(...codes: string[]): HandlerLocale;
}
