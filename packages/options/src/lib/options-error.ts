// The one error class of this package.

/**
 * What went wrong: `ERR_OPTION_DEFINED` a name is defined twice, or is a member of the parser; `ERR_OPTION_UNKNOWN` no such
 * option; `ERR_OPTION_VALUE` text that is no value of the option's type, or no text where one is needed;
 * `ERR_OPTION_TYPE` a value of another type was assigned; `ERR_OPTION_CONFIG` a config file that cannot be read;
 * `ERR_OPTION_MOCKED` an option is mocked twice at the same time.
 */
export type OptionsErrorCode =
  | 'ERR_OPTION_DEFINED'
  | 'ERR_OPTION_UNKNOWN'
  | 'ERR_OPTION_VALUE'
  | 'ERR_OPTION_TYPE'
  | 'ERR_OPTION_CONFIG'
  | 'ERR_OPTION_MOCKED';

/** Thrown while options are defined, parsed, read and set. The message is fit to be shown to who typed the option. */
export class OptionsError extends Error {
  override readonly name: string = 'OptionsError';
  readonly code: OptionsErrorCode;
  constructor(code: OptionsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
