// One `.mo` file (PYS-12). Owns: which of its messages a message is. Bytes are read by gettext-parser.
import { mo } from 'gettext-parser';
import { LocaleError } from './locale-error.ts';
import { parsePluralFormula, type PluralForm } from './plural-formula.ts';

/** Stands between a context and its message. */
export const CONTEXT_SEPARATOR = '\u0004';

/** The form of languages that do not say: one, and all other counts. */
const ONE_AND_OTHER: PluralForm = (count) => (count === 1 ? 0 : 1);

/** The messages of one language. */
export class GettextCatalogue {
  readonly #forms: ReadonlyMap<string, readonly string[]>;
  readonly #pluralForm: PluralForm;
  readonly #fallback: GettextCatalogue | null;

  /**
   * @param file The bytes of a `.mo` file, of either byte order.
   * @param fallback Asked for messages that are not there: `pt` behind `pt_BR`.
   * @throws LocaleError `ERR_LOCALE_FILE`, `ERR_LOCALE_PLURAL`
   */
  constructor(file: Buffer, fallback: GettextCatalogue | null = null) {
    const table = mo.parse(file, 'utf-8');
    if (!isRecord(table) || !isRecord(table['translations'])) {
      throw new LocaleError('ERR_LOCALE_FILE', 'it is no .mo file');
    }
    this.#forms = formsOf(table['translations']);
    this.#pluralForm = pluralFormOf(table['headers']);
    this.#fallback = fallback;
  }

  /** The translation of a message, or null. */
  find(message: string): string | null {
    return this.#forms.get(message)?.[0] ?? this.#fallback?.find(message) ?? null;
  }

  /** The translation of a message in the form for `count`, or null. */
  findPlural(message: string, count: number): string | null {
    const form = this.#forms.get(message)?.[this.#pluralForm(count)];
    return form ?? this.#fallback?.findPlural(message, count) ?? null;
  }
}

/** Messages by what stands in the file: context, separator, message. */
function formsOf(translations: Record<string, unknown>): Map<string, readonly string[]> {
  const forms = new Map<string, readonly string[]>();
  for (const [context, messages] of Object.entries(translations)) {
    if (!isRecord(messages)) continue;
    for (const [message, entry] of Object.entries(messages)) {
      const texts = isRecord(entry) && Array.isArray(entry['msgstr']) ? entry['msgstr'] : [];
      const key = context === '' ? message : context + CONTEXT_SEPARATOR + message;
      if (key !== '') forms.set(key, texts.map(String));
    }
  }
  return forms;
}

function pluralFormOf(headers: unknown): PluralForm {
  const header = isRecord(headers) ? headers['Plural-Forms'] : undefined;
  const formula = typeof header === 'string' ? /plural\s*=([^;]*)/.exec(header)?.[1] : undefined;
  return formula === undefined ? ONE_AND_OTHER : parsePluralFormula(formula);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
