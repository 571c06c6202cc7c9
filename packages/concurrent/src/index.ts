export { abortable } from './lib/abortable.ts';
export {
  chainFuture,
  futureAddDoneCallback,
  futureSetExceptionUnlessCancelled,
  futureSetResultUnlessCancelled,
} from './lib/chain-future.ts';
export { currentDeadlineMs, withDeadline, type Deadlined } from './lib/deadline.ts';
export { Future, isFuture, type FutureOptions, type Waiter } from './lib/future.ts';
export {
  CancelledError,
  FutureError,
  InvalidStateError,
  TimeoutError,
  type FutureErrorCode,
} from './lib/future-error.ts';
export { shield } from './lib/shield.ts';
export { withSignal } from './lib/with-signal.ts';
export { withTimeout, type WithTimeoutOptions } from './lib/with-timeout.ts';
