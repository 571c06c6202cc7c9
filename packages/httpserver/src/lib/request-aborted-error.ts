// Why a request ends before its answer: the reason of its signal.

/**
 * `ERR_CLIENT_GONE`: the client closed the connection. `ERR_CLIENT_TOO_SLOW`: it was given up for being slow.
 * `ERR_REQUEST_TIMEOUT`: the request's deadline has passed. `ERR_SERVER_CLOSING`: the server gives up what it still runs.
 * `ERR_REQUEST_FAILED`: the rest of the request was malformed, or the application failed; see `cause`.
 */
export type RequestAbortedCode =
  | 'ERR_CLIENT_GONE'
  | 'ERR_CLIENT_TOO_SLOW'
  | 'ERR_REQUEST_TIMEOUT'
  | 'ERR_SERVER_CLOSING'
  | 'ERR_REQUEST_FAILED';

const MESSAGES = {
  ERR_CLIENT_GONE: 'the client is gone',
  ERR_CLIENT_TOO_SLOW: 'the client was too slow',
  ERR_REQUEST_TIMEOUT: "the request's deadline has passed",
  ERR_SERVER_CLOSING: 'the server is closing',
  ERR_REQUEST_FAILED: 'the request has failed',
} satisfies Record<RequestAbortedCode, string>;

/** Nobody will get the answer to this request. */
export class RequestAbortedError extends Error {
  override readonly name: string = 'RequestAbortedError';
  /** Which case; callers test this, never the message. */
  readonly code: RequestAbortedCode;

  constructor(code: RequestAbortedCode, options?: ErrorOptions) {
    super(MESSAGES[code], options);
    this.code = code;
  }
}
