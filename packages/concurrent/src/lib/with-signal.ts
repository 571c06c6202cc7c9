// AbortSignals going in: work that is cancelled when one aborts. Owns: one listener a signal, however many wait.
// Must not know: coroutines.
import { CancelledError } from './future-error.ts';
import { Follower } from './follower.ts';
import { Future } from './future.ts';

/**
 * A future with the end of `work` that is cancelled when `signal` aborts; the signal's reason is the `cause` of the
 * CancelledError. A function is called at once, unless the signal has aborted already: then it never is. Without a signal
 * nothing is added. Nothing stays with the signal when the work has ended.
 */
export function withSignal<T>(
  signal: AbortSignal | null | undefined,
  work: PromiseLike<T> | (() => PromiseLike<T>),
): Future<T> {
  if (signal?.aborted === true && typeof work === 'function') {
    const future = new Future<T>();
    future.cancel(signal.reason);
    return future;
  }
  const inner = Future.from(typeof work === 'function' ? work() : work);
  if (signal === null || signal === undefined || inner.done()) return inner;
  return new SignalFollower(inner, signal).future;
}

class SignalFollower<T> extends Follower<T> {
  readonly #signal: AbortSignal;

  constructor(work: Future<T>, signal: AbortSignal) {
    super(work);
    this.#signal = signal;
    if (signal.aborted) this.future.cancel(signal.reason);
    else watchOf(signal).add(this.future);
  }

  protected override release(): void {
    watches.get(this.#signal)?.delete(this.future);
  }
}

const watches = new WeakMap<AbortSignal, SignalWatch>();

function watchOf(signal: AbortSignal): SignalWatch {
  let watch = watches.get(signal);
  if (watch === undefined) watches.set(signal, (watch = new SignalWatch(signal)));
  return watch;
}

/**
 * Who is cancelled when a signal aborts. To add and to delete one takes the same time however many there are, which
 * cannot be said of an EventTarget's listeners.
 */
class SignalWatch {
  readonly #signal: AbortSignal;
  readonly #futures = new Set<Future<unknown>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(future: Future<unknown>): void {
    if (this.#futures.size === 0) this.#signal.addEventListener('abort', this.#onAbort);
    this.#futures.add(future);
  }

  delete(future: Future<unknown>): void {
    if (!this.#futures.delete(future) || this.#futures.size > 0) return;
    this.#signal.removeEventListener('abort', this.#onAbort);
    watches.delete(this.#signal);
  }

  readonly #onAbort = (): void => {
    const error = new CancelledError(undefined, { cause: this.#signal.reason });
    for (const future of this.#futures) future.cancel(error);
  };
}
