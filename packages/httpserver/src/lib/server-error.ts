// What goes wrong with a server itself.

/** `ERR_BAD_OPTION`: an option has a value that means nothing. `ERR_BAD_TLS`: certificates and keys that cannot be used. */
export type ServerErrorCode = 'ERR_BAD_OPTION' | 'ERR_BAD_TLS';

/** A server cannot do what it was asked. */
export class ServerError extends Error {
  override readonly name: string = 'ServerError';
  /** Which case; callers test this, never the message. */
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
