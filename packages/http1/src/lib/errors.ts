// Errors by blame: the peer's (HTTPInputError) and our caller's (HTTPOutputError).

/** What the peer did wrong. */
export type HTTPInputErrorCode =
  | 'ERR_BAD_START_LINE'
  | 'ERR_BAD_VERSION'
  | 'ERR_BAD_HEADER'
  | 'ERR_BAD_HOST'
  | 'ERR_BAD_CONTENT_LENGTH'
  | 'ERR_BAD_TRANSFER_ENCODING'
  | 'ERR_BAD_CHUNK'
  | 'ERR_BAD_BODY'
  | 'ERR_BAD_EXPECTATION'
  | 'ERR_HEAD_TOO_LARGE'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_INCOMPLETE';

/** The peer broke the protocol or a limit: answer `status`, close. */
export class HTTPInputError extends Error {
  override readonly name: string = 'HTTPInputError';
  /** Which case; callers test this, never the message. */
  readonly code: HTTPInputErrorCode;
  /** The HTTP status that says so: 400, 413, 417, 431, 501 or 505. */
  readonly status: number;

  constructor(code: HTTPInputErrorCode, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** What our caller did wrong. */
export type HTTPOutputErrorCode =
  | 'ERR_INVALID_HEADER'
  | 'ERR_INVALID_START_LINE'
  | 'ERR_BAD_CHUNK_SIZE'
  | 'ERR_BODY_NOT_ALLOWED'
  | 'ERR_BODY_TOO_LONG'
  | 'ERR_BODY_TOO_SHORT'
  | 'ERR_HEAD_ALREADY_SENT'
  | 'ERR_NOT_WRITABLE';

/** Our own side would have broken the protocol. */
export class HTTPOutputError extends Error {
  override readonly name: string = 'HTTPOutputError';
  /** Which case; callers test this, never the message. */
  readonly code: HTTPOutputErrorCode;

  constructor(code: HTTPOutputErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
