// Errors that are answers.
import { responses } from '@typhoon/http1';

/** How an HTTPError is made. */
export interface HTTPErrorOptions extends ErrorOptions {
  /** Reason phrase in place of the standard one; checked before it goes out (SEC-25). */
  readonly reason?: string;
}

/** Ends a request with a status. Its message goes to the log, never to the client (WEB-60). */
export class HTTPError extends Error {
  override readonly name: string = 'HTTPError';
  /** 400 to 599. */
  readonly status: number;
  /** For the log; null for none. */
  readonly logMessage: string | null;
  /** Reason phrase, or null for the standard one. */
  readonly reason: string | null;

  constructor(status = 500, logMessage: string | null = null, options: HTTPErrorOptions = {}) {
    const reason = options.reason ?? responses.get(status) ?? 'Unknown';
    super(`HTTP ${status}: ${reason}${logMessage === null ? '' : ` (${logMessage})`}`, options);
    this.status = status;
    this.logMessage = logMessage;
    this.reason = options.reason ?? null;
  }
}

/** An argument without a default is missing: 400 (WEB-25). */
export class MissingArgumentError extends HTTPError {
  override readonly name: string = 'MissingArgumentError';
  /** Which argument. */
  readonly argName: string;

  constructor(argName: string) {
    super(400, `Missing argument ${argName}`);
    this.argName = argName;
  }
}

/** Ends the request with what was written so far, and is no error (WEB-62). */
export class Finish extends Error {
  override readonly name: string = 'Finish';
  /** Written before the end. */
  readonly chunk: string | Uint8Array | object | undefined;

  constructor(chunk?: string | Uint8Array | object) {
    super('the request was finished');
    this.chunk = chunk;
  }
}

/** A mistake in the use of the framework: `code` says which. */
export type WebErrorCode =
  | 'ERR_FINISHED'
  | 'ERR_HEADERS_WRITTEN'
  | 'ERR_INVALID_COOKIE'
  | 'ERR_INVALID_HEADER'
  | 'ERR_INVALID_WRITE'
  | 'ERR_MISSING_SETTING'
  | 'ERR_NOT_REVERSIBLE'
  | 'ERR_UNKNOWN_URL_NAME'
  | 'ERR_BODY_NOT_ALLOWED'
  | 'ERR_NOT_IMPLEMENTED';

/** Thrown when a handler or a setting asks for what cannot be. */
export class WebError extends Error {
  override readonly name: string = 'WebError';
  /** Which case; callers test this, never the message. */
  readonly code: WebErrorCode;

  constructor(code: WebErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
