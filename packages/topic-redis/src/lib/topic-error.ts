// The one error class of this package.

/**
 * `ERR_PUBLISH_UNAVAILABLE` Redis could not be reached in time, and the message was not sent: publishing it again is safe;
 * `ERR_PUBLISH_UNCONFIRMED` it was sent, and no answer came in time: subscribers may have it; `ERR_PUBLISH_OVERFLOW` too much waits
 * for Redis already; `ERR_PUBLISH_REFUSED`, `ERR_SUBSCRIBE_REFUSED` Redis said no, `cause` says why; `ERR_TOPICS_CLOSED` after `close`.
 */
export type TopicErrorCode =
  | 'ERR_PUBLISH_UNAVAILABLE'
  | 'ERR_PUBLISH_UNCONFIRMED'
  | 'ERR_PUBLISH_OVERFLOW'
  | 'ERR_PUBLISH_REFUSED'
  | 'ERR_SUBSCRIBE_REFUSED'
  | 'ERR_TOPICS_CLOSED';

/** What publishing and subscribing through Redis fails with. */
export class TopicError extends Error {
  override readonly name: string = 'TopicError';
  /** Which case; callers test this, never the message. */
  readonly code: TopicErrorCode;

  constructor(code: TopicErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What was asked of topics that are closed. */
export function closedError(): TopicError {
  return new TopicError('ERR_TOPICS_CLOSED', 'these topics are closed');
}
