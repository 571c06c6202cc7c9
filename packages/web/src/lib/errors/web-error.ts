// What goes wrong in the framework itself, or in how it is used. What a handler tells a client is in http-error.ts.

/**
 * `ERR_FINISHED` something was written after `finish`; `ERR_HEAD_SENT` something had to be said in a head that was sent;
 * `ERR_SETTING` a setting is missing or has no such value; `ERR_COOKIE` no cookie can look like this; `ERR_NO_BODY` a body
 * where the status allows none; `ERR_STATUS` no final answer can have this status; `ERR_UNKNOWN_NAME` no rule has this name;
 * `ERR_EVENT` what no event of a stream can be; `ERR_BODY` a body that is being read already; `ERR_PAGE` a page into which its modules' parts do not fit; `ERR_NOT_IMPLEMENTED` a subclass had to override a method.
 */
export type WebErrorCode =
  | 'ERR_FINISHED'
  | 'ERR_HEAD_SENT'
  | 'ERR_SETTING'
  | 'ERR_COOKIE'
  | 'ERR_NO_BODY'
  | 'ERR_STATUS'
  | 'ERR_UNKNOWN_NAME'
  | 'ERR_EVENT'
  | 'ERR_BODY'
  | 'ERR_PAGE'
  | 'ERR_NOT_IMPLEMENTED';

/** A mistake in an application, by `code`. */
export class WebError extends Error {
  override readonly name: string = 'WebError';
  /** Which case; callers test this, never the message. */
  readonly code: WebErrorCode;

  constructor(code: WebErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
