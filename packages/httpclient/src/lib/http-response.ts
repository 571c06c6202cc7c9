// An answer, and the error that an answer (or its absence) can be: each may hold the other, so they share a file.
// Must not know: how either came about (fetch.ts), other packages' errors (failure.ts).
import { HTTPHeaders, responses } from '@typhoon/http1';
import type { HTTPRequest } from './http-request.ts';

/**
 * Why a fetch failed:
 * `ERR_HTTP_STATUS` the status is not 200 to 299; `ERR_TOO_MANY_REDIRECTS` the same, and `maxRedirects` were followed
 * before; `ERR_TIMEOUT` no slot, connection or answer in time; `ERR_NAME_NOT_RESOLVED` the host has no address;
 * `ERR_CONNECT` refused, unreachable, no descriptor left; `ERR_PROXY` the proxy refuses; `ERR_TLS` handshake or certificate;
 * `ERR_STREAM_CLOSED` the connection ended before the answer did; `ERR_BAD_RESPONSE` the answer is no HTTP, or its body
 * cannot be decoded; `ERR_TOO_LARGE` its head or body is over the limit; `ERR_BAD_URL` the URL is no http or https URL;
 * `ERR_BAD_REQUEST` the request contradicts itself or HTTP; `ERR_BODY_USED` the body of a stream was read before;
 * `ERR_LOOP_RUNNING` a blocking fetch within a loop; `ERR_CLIENT_CLOSED` the client is closed.
 */
export type HTTPClientErrorCode =
  | 'ERR_HTTP_STATUS'
  | 'ERR_TOO_MANY_REDIRECTS'
  | 'ERR_TIMEOUT'
  | 'ERR_NAME_NOT_RESOLVED'
  | 'ERR_CONNECT'
  | 'ERR_PROXY'
  | 'ERR_TLS'
  | 'ERR_STREAM_CLOSED'
  | 'ERR_BAD_RESPONSE'
  | 'ERR_TOO_LARGE'
  | 'ERR_BAD_URL'
  | 'ERR_BAD_REQUEST'
  | 'ERR_BODY_USED'
  | 'ERR_LOOP_RUNNING'
  | 'ERR_CLIENT_CLOSED';

/** The status that stands for "there was no HTTP answer" (HCL-6). */
export const NO_ANSWER = 599;

/** What an error may carry besides its message. */
export interface HTTPClientErrorOptions extends ErrorOptions {
  /** HTTP status. Default 599: there was no answer. */
  readonly status?: number;
  /** The answer, where there is one. */
  readonly response?: HTTPResponse;
}

/**
 * A fetch failed; `code` says why.
 *
 * Deviation: Tornado's `code` is the number that is `status` here: every error of this house has a `code` that is a word.
 */
export class HTTPClientError extends Error {
  override readonly name: string = 'HTTPClientError';
  /** Which case; callers test this, never the message. */
  readonly code: HTTPClientErrorCode;
  /** HTTP status; 599 when there was no answer (HCL-6). */
  readonly status: number;
  readonly #response: HTTPResponse | null;

  constructor(code: HTTPClientErrorCode, message: string, options: HTTPClientErrorOptions = {}) {
    const status = options.status ?? NO_ANSWER;
    super(`HTTP ${status}: ${message}`, options);
    this.code = code;
    this.status = status;
    this.#response = options.response ?? null;
  }

  /** The answer; null when there was none. */
  get response(): HTTPResponse | null {
    return this.#response;
  }
}

/** Waiting for a slot, a connection or the answer took too long; `code` is `ERR_TIMEOUT`. */
export class HTTPTimeoutError extends HTTPClientError {
  override readonly name: string = 'HTTPTimeoutError';

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_TIMEOUT', message, options);
  }
}

/** The connection ended before the answer did; `code` is `ERR_STREAM_CLOSED`. */
export class HTTPStreamClosedError extends HTTPClientError {
  override readonly name: string = 'HTTPStreamClosedError';

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_STREAM_CLOSED', message, options);
  }
}

/** Where a fetch's time went, in milliseconds; redirects before the last do not count. */
export interface TimeInfo {
  /** Waiting for a slot. */
  readonly queueMs: number;
  /** Name lookup, connecting and TLS; 0 on a connection that was there. */
  readonly connectMs: number;
  /** From the request's start to the head of the answer. */
  readonly startTransferMs: number;
  /** From the request's start to the last byte. */
  readonly totalMs: number;
}

/** What an answer is made of; what is absent is empty. */
export interface HTTPResponseInit {
  readonly reason?: string;
  readonly headers?: HTTPHeaders;
  readonly body?: Buffer;
  readonly effectiveUrl?: string;
  readonly startTime?: number;
  readonly timeInfo?: TimeInfo;
  /** Why there was no answer, or why this one is none; a function makes it when it is first asked for. */
  readonly error?: Error | ((response: HTTPResponse) => Error) | undefined;
}

const EMPTY_BODY = Buffer.alloc(0);
const NO_TIME: TimeInfo = { queueMs: 0, connectMs: 0, startTransferMs: 0, totalMs: 0 };

/** The answer to a request. Its body is the caller's to keep. */
export class HTTPResponse {
  /** The request as it was made; redirects do not change it (SHC-15). */
  readonly request: HTTPRequest;
  /** HTTP status; 599 when there was no answer. */
  readonly code: number;
  /** The reason phrase, as it came or the standard one. */
  readonly reason: string;
  /** Header fields. */
  readonly headers: HTTPHeaders;
  /** The body, decoded; empty when there was none or it went to `streamingCallback` (HCL-10, HCL-14). */
  readonly body: Buffer;
  /** The URL that gave this answer, behind all redirects. */
  readonly effectiveUrl: string;
  /** When the (last) request began: milliseconds since the epoch. */
  readonly startTime: number;
  /** Where the time went. */
  readonly timeInfo: TimeInfo;
  #error: HTTPResponseInit['error'] | null;

  constructor(request: HTTPRequest, code: number, init: HTTPResponseInit = {}) {
    this.request = request;
    this.code = code;
    this.reason = init.reason ?? responses.get(code) ?? 'Unknown';
    this.headers = init.headers ?? new HTTPHeaders();
    this.body = init.body ?? EMPTY_BODY;
    this.effectiveUrl = init.effectiveUrl ?? request.url;
    this.startTime = init.startTime ?? 0;
    this.timeInfo = init.timeInfo ?? NO_TIME;
    this.#error = init.error;
  }

  /** From the (last) request's start to its last byte, in milliseconds; without waiting in the queue (HCL-11). */
  get requestTimeMs(): number {
    return this.timeInfo.totalMs;
  }

  /** What `fetch` fails with; null for a status from 200 to 299. Made when it is first asked for. */
  get error(): Error | null {
    if (this.#error === undefined) this.#error = this.#judge();
    else if (typeof this.#error === 'function') this.#error = this.#error(this);
    return this.#error;
  }

  /** Throws `error` if there is one. @throws HTTPClientError */
  rethrow(): void {
    if (this.error !== null) throw this.error;
  }

  /** One line, without body, headers or error (HCL-16). */
  toString(): string {
    const bytes = `${this.body.length} bytes`;
    return `HTTPResponse(${this.code} ${this.reason}, ${this.effectiveUrl}, ${bytes})`;
  }

  #judge(): HTTPClientError | null {
    if (this.code >= 200 && this.code < 300) return null;
    const { code: status, reason } = this;
    return new HTTPClientError('ERR_HTTP_STATUS', reason, { status, response: this });
  }
}
