// What a handler asks of languages: the seam that `@typhoon/locale` fits into. Must not know: where translations come from.

/** One language. */
export interface HandlerLocale {
  /** Such as `pt_BR`. */
  readonly code: string;
  /** The translation of a message; of its plural where `count` is not one. */
  translate(message: string, pluralMessage?: string, count?: number): string;
  /** The same, of a message that means different things in different contexts. */
  pgettext(context: string, message: string, pluralMessage?: string, count?: number): string;
}

/** The languages that an application speaks. */
export interface HandlerLocales {
  /** The first of the codes that is spoken, or the default language. */
  getClosest(...codes: string[]): HandlerLocale;
}
