// The errors of the loop itself. Those of connections are in transport-error.ts.

/**
 * What went wrong with a loop:
 * `ERR_LOOP_RUNNING` it is started already; `ERR_LOOP_CLOSED` it was closed; `ERR_LOOP_STOPPED` it was stopped
 * before the result was there; `ERR_LOOP_TIMEOUT` the time given to `runSync` is over; `ERR_BAD_YIELD` `runSync` got
 * something that cannot be waited for; `ERR_BAD_DEADLINE` a deadline is no finite number;
 * `ERR_BAD_INTERVAL` a periodic callback without a positive interval;
 * `ERR_HANDLERS_UNSUPPORTED` this poller cannot watch raw descriptors; `ERR_HANDLER_EXISTS` the descriptor has a handler
 * already; `ERR_HANDLER_MISSING` it has none; `ERR_BAD_DESCRIPTOR` it is no open descriptor, or of a kind
 * that is always ready; `ERR_POLLER_UNAVAILABLE` the poller that `TYPHOON_POLLER` asks for cannot be had.
 */
export type LoopErrorCode =
  | 'ERR_LOOP_RUNNING'
  | 'ERR_LOOP_CLOSED'
  | 'ERR_LOOP_STOPPED'
  | 'ERR_LOOP_TIMEOUT'
  | 'ERR_BAD_YIELD'
  | 'ERR_BAD_DEADLINE'
  | 'ERR_BAD_INTERVAL'
  | 'ERR_HANDLERS_UNSUPPORTED'
  | 'ERR_HANDLER_EXISTS'
  | 'ERR_HANDLER_MISSING'
  | 'ERR_BAD_DESCRIPTOR'
  | 'ERR_POLLER_UNAVAILABLE';

/** Thrown by the loop; `code` says which of the cases it is. */
export class LoopError extends Error {
  override readonly name: string = 'LoopError';
  /** Which case; callers test this, never the message. */
  readonly code: LoopErrorCode;

  constructor(code: LoopErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
