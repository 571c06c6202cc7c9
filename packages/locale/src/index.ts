export { CSVLocale } from './lib/csv-locale.ts';
export type { CsvTranslations, PluralMark } from './lib/csv-translations.ts';
export type { DateStyle } from './lib/date-words.ts';
export { CONTEXT_SEPARATOR, GettextCatalogue } from './lib/gettext-catalogue.ts';
export { GettextLocale } from './lib/gettext-locale.ts';
export { Locale, type DayStyle, type NowClock } from './lib/locale.ts';
export { LocaleError, type LocaleErrorCode } from './lib/locale-error.ts';
export { LOCALE_NAMES, type LocaleName } from './lib/locale-names.ts';
export { Locales, type LoadOptions, type LocalesOptions } from './lib/locales.ts';
export {
  get,
  getSupportedLocales,
  loadGettextTranslations,
  loadTranslations,
  locales,
  setDefaultLocale,
} from './lib/program-locales.ts';
