// The one error class of this package.

/**
 * What went wrong: `ERR_LOCALE_UNSUPPORTED` a language that there are no translations for; `ERR_LOCALE_COUNT` a plural
 * without a count; `ERR_LOCALE_FILE` a file of translations that cannot be read; `ERR_LOCALE_PLURAL` a formula for plurals
 * that is none.
 */
export type LocaleErrorCode =
  'ERR_LOCALE_UNSUPPORTED' | 'ERR_LOCALE_COUNT' | 'ERR_LOCALE_FILE' | 'ERR_LOCALE_PLURAL';

/** Thrown while translations are loaded, and by calls that make no sense. */
export class LocaleError extends Error {
  override readonly name: string = 'LocaleError';
  readonly code: LocaleErrorCode;
  constructor(code: LocaleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
