// The words for points in time: a timeout and the handle of one that is set.

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
