// The errors of locks and queues.

/**
 * `ERR_QUEUE_EMPTY` there is nothing to take; `ERR_QUEUE_FULL` there is no room; `ERR_TASK_DONE_TOO_OFTEN` more tasks are
 * done than items were put; `ERR_NOT_ACQUIRED` what is released is not held.
 */
export type SyncErrorCode =
  'ERR_QUEUE_EMPTY' | 'ERR_QUEUE_FULL' | 'ERR_TASK_DONE_TOO_OFTEN' | 'ERR_NOT_ACQUIRED';

/** Root of what locks and queues throw by themselves; `code` says which case it is. */
export class SyncError extends Error {
  override readonly name: string = 'SyncError';
  /** Which case; callers test this, never the message. */
  readonly code: SyncErrorCode;

  constructor(code: SyncErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `getNowait` found nothing. */
export class QueueEmpty extends SyncError {
  override readonly name: string = 'QueueEmpty';

  constructor(message = 'the queue is empty') {
    super('ERR_QUEUE_EMPTY', message);
  }
}

/** `putNowait` found no room. */
export class QueueFull extends SyncError {
  override readonly name: string = 'QueueFull';

  constructor(message = 'the queue is full') {
    super('ERR_QUEUE_FULL', message);
  }
}
