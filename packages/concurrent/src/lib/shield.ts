// Work that goes on when who waits for it is cancelled.
import { Follower } from './follower.ts';
import { Future } from './future.ts';

/**
 * A future with the end of `work`, whose cancellation leaves `work` alone. A coroutine that waits for it can be
 * cancelled as ever; what it waits for goes on, and an error of it that nobody else looks at is logged.
 */
export function shield<T>(work: PromiseLike<T>): Future<T> {
  return new Shield(Future.from(work)).future;
}

class Shield<T> extends Follower<T> {
  override onCancel(): boolean {
    this.leave();
    return false;
  }
}
