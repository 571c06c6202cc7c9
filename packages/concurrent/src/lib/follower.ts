// A future that ends as another does. Owns: what its cancellation does to the one it follows.
// Must not know: why it follows, and what else may end it; its subclasses do.
import { Future, passEnd } from './future.ts';
import type { FutureOptions } from './future.ts';

/**
 * Has a future that ends as `work` does. Cancelling it cancels `work`, and it ends when `work` has: with a result all the
 * same, if there is one. Work that others wait for, too, is left to them.
 */
export class Follower<T> implements FutureOptions {
  readonly future: Future<T>;
  readonly work: Future<T>;

  constructor(work: Future<T>) {
    this.work = work;
    this.future = new Future<T>(this);
    work.addDoneCallback(this.#onEnd);
  }

  /** For dumps. */
  waitsFor(): readonly object[] {
    return [this.work];
  }

  /** For the future. */
  onCancel(reason: unknown): boolean {
    const { work } = this;
    if (work.waiters > 1) {
      this.leave();
      return false;
    }
    work.cancel(reason);
    return true; // the end of the work is on its way, or will be
  }

  /** Follows no longer. */
  protected leave(): void {
    this.work.removeDoneCallback(this.#onEnd);
    this.release();
  }

  /** Whatever was set up beside the work is taken down; called when it is followed no longer. */
  protected release(): void {
    // nothing here
  }

  /** The work has ended. */
  protected ended(): void {
    passEnd(this.work, this.future);
  }

  readonly #onEnd = (): void => {
    this.release();
    this.ended();
  };
}
