// Other packages' errors become this one's, here and nowhere else; the original is kept as `cause`.
import { HTTPInputError } from '@typhoon/http1';
import { HTTPClientError, HTTPStreamClosedError } from './http-response.ts';
import type { TransportError } from '@typhoon/ioloop';

/** A connection could not be made. `where` is the host and port. */
export function connectFailure(cause: TransportError | null, where: string): HTTPClientError {
  switch (cause?.code) {
    case 'ERR_NAME_NOT_RESOLVED':
      return fail('ERR_NAME_NOT_RESOLVED', `Cannot resolve the host of ${where}`, cause);
    case 'ERR_TLS':
      return fail('ERR_TLS', `TLS with ${where} failed`, cause);
    default:
      return fail('ERR_CONNECT', `Cannot connect to ${where}`, cause);
  }
}

/** A connection ended before its answer was complete; `progress` says how much had come. */
export function streamFailure(
  cause: Error | null,
  what: string,
  progress: string,
): HTTPStreamClosedError {
  const message = `Connection closed during ${what}: ${progress}`;
  return new HTTPStreamClosedError(
    cause === null ? message : `${message} (${cause.message})`,
    cause === null ? {} : { cause },
  );
}

/** The peer broke the protocol or a limit. */
export function responseFailure(cause: unknown, what: string): HTTPClientError {
  const isTooLarge =
    cause instanceof HTTPInputError &&
    (cause.code === 'ERR_BODY_TOO_LARGE' || cause.code === 'ERR_HEAD_TOO_LARGE');
  return isTooLarge
    ? fail('ERR_TOO_LARGE', `Answer to ${what} is too large`, cause)
    : fail('ERR_BAD_RESPONSE', `Answer to ${what} is malformed`, cause);
}

function fail(
  code: 'ERR_NAME_NOT_RESOLVED' | 'ERR_TLS' | 'ERR_CONNECT' | 'ERR_TOO_LARGE' | 'ERR_BAD_RESPONSE',
  message: string,
  cause: unknown,
): HTTPClientError {
  const why = cause instanceof Error ? cause.message : 'closed before it was made';
  return new HTTPClientError(code, `${message}: ${why}`, { cause });
}
