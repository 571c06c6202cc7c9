// The languages that a program speaks. Owns: which there are, which of them is closest to a wish, loading them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { genLog } from '@typhoon/log';
import { CSVLocale } from './csv-locale.ts';
import { readCsvTranslations, type CsvTranslations } from './csv-translations.ts';
import { GettextCatalogue } from './gettext-catalogue.ts';
import { GettextLocale } from './gettext-locale.ts';
import { LocaleError } from './locale-error.ts';
import type { Locale, NowClock } from './locale.ts';

type Translations = CsvTranslations | GettextCatalogue;

/** How CSV files are read. */
export interface LoadOptions {
  /** What `TextDecoder` knows. Default: by each file's byte order mark, else UTF-8. */
  readonly encoding?: string;
}

/** What a set of languages is made with. */
export interface LocalesOptions {
  /** What `5 minutes ago` counts from. Default: the system's clock. */
  readonly clock?: NowClock;
}

/** A set of languages. Most programs have one, and use the functions of its methods' names. */
export class Locales {
  #defaultCode = 'en_US';
  #translations: ReadonlyMap<string, Translations> = new Map<string, Translations>();
  readonly #cache = new Map<string, Locale>();
  readonly #clock: NowClock;

  constructor(options: LocalesOptions = {}) {
    this.#clock = options.clock ?? Date;
  }

  /** Which language messages are written in, and is spoken where no other is wanted. First `en_US` (LCL-1). */
  setDefaultLocale(code: string): void {
    this.#defaultCode = code;
  }

  /** The codes of the languages there are translations for, and of the default one. */
  getSupportedLocales(): Set<string> {
    return new Set([...this.#translations.keys(), this.#defaultCode]);
  }

  /**
   * Loads `de.csv`, `pt_BR.csv` and so on, in place of all translations before. Reads synchronously: call it at the start,
   * for languages that were asked for already keep what they had (LCL-3, 4).
   *
   * @throws LocaleError `ERR_LOCALE_FILE`; what reading the directory throws.
   */
  loadTranslations(directory: string, options: LoadOptions = {}): void {
    const translations = new Map<string, Translations>();
    for (const file of readdirSync(directory).sort()) {
      if (!file.endsWith('.csv')) continue;
      const path = join(directory, file);
      const code = file.slice(0, -'.csv'.length);
      if (/^[a-z]+(?:_[A-Z]+)?$/.test(code)) translations.set(code, readCsv(path, options));
      else genLog.error('Unrecognized locale %r (path: %s)', code, path);
    }
    this.#take(translations);
  }

  /**
   * Loads `DIRECTORY/pt_BR/LC_MESSAGES/DOMAIN.mo` for every language that has one, in place of all translations before;
   * one that cannot be read is logged. Synchronous, as `loadTranslations` (LCL-5).
   */
  loadGettextTranslations(directory: string, domain: string): void {
    const translations = new Map<string, Translations>();
    for (const code of readdirSync(directory).sort()) {
      const catalogue = readCatalogue(directory, code, domain);
      if (catalogue !== null) translations.set(code, catalogue);
    }
    this.#take(translations);
  }

  /** The first of the codes that is spoken: exactly, or its language alone; else the default language (LCL-2). */
  getClosest(...codes: readonly string[]): Locale {
    const supported = this.getSupportedLocales();
    for (const wanted of codes) {
      const [language = '', country, ...rest] = wanted.replaceAll('-', '_').split('_');
      if (language === '' || rest.length > 0) continue;
      const lower = language.toLowerCase();
      const code = country === undefined ? language : `${lower}_${country.toUpperCase()}`;
      if (supported.has(code)) return this.get(code);
      if (supported.has(lower)) return this.get(lower);
    }
    return this.get(this.#defaultCode);
  }

  /** The language of that very code; always the same object (LCL-3). @throws LocaleError `ERR_LOCALE_UNSUPPORTED` */
  get(code: string): Locale {
    const known = this.#cache.get(code);
    if (known !== undefined) return known;
    if (!this.getSupportedLocales().has(code)) {
      const message = `locale ${code} has no translations; supported: ${[...this.getSupportedLocales()].join(', ')}`;
      throw new LocaleError('ERR_LOCALE_UNSUPPORTED', message);
    }
    const translations = this.#translations.get(code) ?? null;
    const locale =
      translations instanceof GettextCatalogue
        ? new GettextLocale(code, translations, this.#clock)
        : new CSVLocale(code, translations, this.#clock);
    this.#cache.set(code, locale);
    return locale;
  }

  #take(translations: ReadonlyMap<string, Translations>): void {
    this.#translations = translations;
    genLog.debug('Supported locales: %s', [...this.getSupportedLocales()].sort().join(', '));
  }
}

function readCsv(path: string, { encoding }: LoadOptions): CsvTranslations {
  try {
    return readCsvTranslations(readFileSync(path), path, encoding ?? null);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LocaleError('ERR_LOCALE_FILE', `${path}: ${why}`, { cause });
  }
}

/** The catalogue of a language, with that of the language without its country behind it; null if there is none. */
function readCatalogue(directory: string, code: string, domain: string): GettextCatalogue | null {
  const path = join(directory, code, 'LC_MESSAGES', `${domain}.mo`);
  if (!existsSync(path)) return null;
  const [language = '', country] = code.split('_');
  const fallback = country === undefined ? null : readCatalogue(directory, language, domain);
  try {
    return new GettextCatalogue(readFileSync(path), fallback);
  } catch (reason) {
    genLog.error('Cannot load translation for %r', code, reason);
    return null;
  }
}
