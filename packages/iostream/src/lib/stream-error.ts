// What can go wrong with a stream, beyond what its transport reports.

/**
 * `ERR_STREAM_CLOSED` the stream is closed; `ERR_READ_UNSATISFIABLE` no match within `maxBytes`; `ERR_STREAM_BUFFER_FULL` more
 * than `maxBufferSize` or `maxWriteBufferSize`; `ERR_ALREADY_READING` a read is pending; `ERR_ALREADY_WAITING` somebody waits
 * for the handshake; `ERR_NOT_IDLE` TLS cannot start now; `ERR_TLS_OPTIONS` bad TLS options; `ERR_NOT_A_SOCKET` a file is in
 * the way of a unix socket; `ERR_STARTED` the server was started before; `ERR_CANNOT_FORK` no way to make processes was given;
 * `ERR_UNSUPPORTED` the platform cannot do it.
 */
export type StreamErrorCode =
  | 'ERR_STREAM_CLOSED'
  | 'ERR_READ_UNSATISFIABLE'
  | 'ERR_STREAM_BUFFER_FULL'
  | 'ERR_ALREADY_READING'
  | 'ERR_ALREADY_WAITING'
  | 'ERR_NOT_IDLE'
  | 'ERR_TLS_OPTIONS'
  | 'ERR_NOT_A_SOCKET'
  | 'ERR_STARTED'
  | 'ERR_CANNOT_FORK'
  | 'ERR_UNSUPPORTED';

/** Root of what this package throws; `code` says which case it is. */
export class StreamError extends Error {
  override readonly name: string = 'StreamError';
  /** Which case; callers test this, never the message. */
  readonly code: StreamErrorCode;

  constructor(code: StreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The stream is closed: reads that the buffer cannot satisfy, and all writes, end with this (IOS-4, 5). */
export class StreamClosedError extends StreamError {
  override readonly name: string = 'StreamClosedError';
  /** Why it was closed: the stream's `error`; null after an orderly close. */
  readonly realError: unknown;

  constructor(realError: unknown = null) {
    const options = realError === null ? undefined : { cause: realError };
    super('ERR_STREAM_CLOSED', 'Stream is closed', options);
    this.realError = realError;
  }
}

/** What was looked for did not come within `maxBytes` (IOS-8). */
export class UnsatisfiableReadError extends StreamError {
  override readonly name: string = 'UnsatisfiableReadError';

  constructor(message: string) {
    super('ERR_READ_UNSATISFIABLE', message);
  }
}

/** A read or write needs more room than the stream may take (IOS-13, 16). */
export class StreamBufferFullError extends StreamError {
  override readonly name: string = 'StreamBufferFullError';

  constructor(message: string) {
    super('ERR_STREAM_BUFFER_FULL', message);
  }
}
