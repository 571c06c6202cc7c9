// A language whose translations come from a gettext catalogue.
import { CONTEXT_SEPARATOR, type GettextCatalogue } from './gettext-catalogue.ts';
import { Locale, requiredCount } from './locale.ts';
import type { NowClock } from './locale.ts';

/** A language with translations from a `.mo` file. */
export class GettextLocale extends Locale {
  readonly #catalogue: GettextCatalogue;

  constructor(code: string, catalogue: GettextCatalogue, clock: NowClock) {
    super(code, clock);
    this.#catalogue = catalogue;
  }

  /** LCL-7 */
  override translate(message: string, pluralMessage?: string, count?: number): string {
    if (pluralMessage === undefined) return this.#catalogue.find(message) ?? message;
    const n = requiredCount(pluralMessage, count);
    return this.#catalogue.findPlural(message, n) ?? (n === 1 ? message : pluralMessage);
  }

  /** The translation in a context. Without one: the message, but of a plural the one without a context (LCL-7). */
  override pgettext(
    context: string,
    message: string,
    pluralMessage?: string,
    count?: number,
  ): string {
    const key = context + CONTEXT_SEPARATOR + message;
    if (pluralMessage === undefined) return this.#catalogue.find(key) ?? message;
    const n = requiredCount(pluralMessage, count);
    return this.#catalogue.findPlural(key, n) ?? this.translate(message, pluralMessage, n);
  }
}
