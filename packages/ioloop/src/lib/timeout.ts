// The words for points in time: a timeout, the instant it means, and the handle of one that is set.
import { repr } from '@typhoon/log';
import { LoopError } from './loop-error.ts';

/** How long from now in milliseconds, or an instant on `IOLoop.time()`. */
export type Timeout =
  | number
  | {
      /** An instant, milliseconds on `IOLoop.time()`. */
      readonly at: number;
    };

/** What `callLater`, `callAt` and `addTimeout` return, for `removeTimeout`. */
export interface TimeoutHandle {
  /** When it is due, on `IOLoop.time()`. */
  readonly deadlineMs: number;
}

/** The instant that `timeout` means at `nowMs`. @throws LoopError `ERR_BAD_DEADLINE`. */
export function deadlineOf(timeout: Timeout, nowMs: number): number {
  const at = typeof timeout === 'number' ? nowMs + timeout : instantOf(timeout);
  if (!Number.isFinite(at)) {
    throw new LoopError('ERR_BAD_DEADLINE', `Unsupported deadline ${repr(timeout)}`);
  }
  return at;
}

function instantOf(timeout: unknown): number {
  const isInstant = typeof timeout === 'object' && timeout !== null && 'at' in timeout;
  return isInstant && typeof timeout.at === 'number' ? timeout.at : NaN;
}
