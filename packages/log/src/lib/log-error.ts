// The one error class of this package.

/**
 * What went wrong: `ERR_LOG_LEVEL` no such level, `ERR_LOG_FORMAT` a line layout with an unknown field or date code,
 * `ERR_LOG_ROTATION` a rotation mode, unit or interval that does not exist, `ERR_LOG_EXPECTED` an `ExpectLog` that saw no
 * match.
 */
export type LogErrorCode =
  'ERR_LOG_LEVEL' | 'ERR_LOG_FORMAT' | 'ERR_LOG_ROTATION' | 'ERR_LOG_EXPECTED';

/** Thrown while logging is being set up, never by a call that logs. */
export class LogError extends Error {
  override readonly name: string = 'LogError';
  readonly code: LogErrorCode;
  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
