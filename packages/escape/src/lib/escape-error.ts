// The one error class of this package.

/**
 * What went wrong: `ERR_QUERY_FIELD` a field of a query without `=`, read strictly; `ERR_QUERY_NOT_LATIN1` a value with
 * characters above U+00FF, which are no bytes.
 */
export type EscapeErrorCode = 'ERR_QUERY_FIELD' | 'ERR_QUERY_NOT_LATIN1';

/** Thrown by `parseQsBytes`; what has a wrong type is a TypeError, what is no JSON a SyntaxError. */
export class EscapeError extends Error {
  override readonly name: string = 'EscapeError';
  readonly code: EscapeErrorCode;
  constructor(code: EscapeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
