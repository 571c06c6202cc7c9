// The errors of futures.

/**
 * `ERR_INVALID_STATE` the future is settled already, or not settled yet; `ERR_CANCELLED` it was cancelled;
 * `ERR_TIMEOUT` the time given is over.
 */
export type FutureErrorCode = 'ERR_INVALID_STATE' | 'ERR_CANCELLED' | 'ERR_TIMEOUT';

/** Root of what futures throw by themselves; `code` says which case it is. */
export class FutureError extends Error {
  override readonly name: string = 'FutureError';
  /** Which case; callers test this, never the message. */
  readonly code: FutureErrorCode;

  constructor(code: FutureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The future is settled already, or has no result yet (CON-3, 4). */
export class InvalidStateError extends FutureError {
  override readonly name: string = 'InvalidStateError';

  constructor(message: string) {
    super('ERR_INVALID_STATE', message);
  }
}

/** The work was cancelled. Thrown into a coroutine at the `yield` where it waits. */
export class CancelledError extends FutureError {
  override readonly name: string = 'CancelledError';

  constructor(message = 'the work was cancelled', options?: ErrorOptions) {
    super('ERR_CANCELLED', message, options);
  }
}

/** What was waited for took longer than allowed (GEN-19). */
export class TimeoutError extends FutureError {
  override readonly name: string = 'TimeoutError';

  constructor(message = 'Timeout', options?: ErrorOptions) {
    super('ERR_TIMEOUT', message, options);
  }
}
