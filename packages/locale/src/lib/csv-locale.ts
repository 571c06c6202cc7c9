// A language whose translations come from a CSV file, or that has none.
import { genLog } from '@typhoon/log';
import { Locale, requiredCount } from './locale.ts';
import type { CsvTranslations } from './csv-translations.ts';
import type { NowClock } from './locale.ts';

/** A language with translations from a CSV file. */
export class CSVLocale extends Locale {
  readonly #translations: CsvTranslations | null;

  /** @param translations Null: every message stands for itself. */
  constructor(code: string, translations: CsvTranslations | null, clock: NowClock) {
    super(code, clock);
    this.#translations = translations;
  }

  /** LCL-6 */
  override translate(message: string, pluralMessage?: string, count?: number): string {
    if (pluralMessage === undefined) return this.#find('unknown', message);
    return requiredCount(pluralMessage, count) === 1
      ? this.#find('singular', message)
      : this.#find('plural', pluralMessage);
  }

  /** Contexts are not in CSV files: warns, and translates the plain message (LCL-7). */
  override pgettext(
    _context: string,
    message: string,
    pluralMessage?: string,
    count?: number,
  ): string {
    if (this.#translations !== null) genLog.warning('pgettext is not supported by CSVLocale');
    return this.translate(message, pluralMessage, count);
  }

  #find(mark: keyof CsvTranslations, message: string): string {
    return this.#translations?.[mark].get(message) ?? message;
  }
}
