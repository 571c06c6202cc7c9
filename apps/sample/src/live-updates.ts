// News for whoever waits for it. Owns: the version that each change raises, and the long polls that wait for the next.
import { Future, withTimeout, TimeoutError } from '@typhoon/concurrent';
import { coroutine } from '@typhoon/gen';

/** A number that goes up with every change, and a way to wait until it does. */
export class LiveUpdates {
  #version = 1;
  #isClosed = false;
  /** One future for each that waits: whoever gives up cancels its own, and no other. */
  readonly #waiting = new Set<Future<void>>();

  /** How many changes there have been. */
  get version(): number {
    return this.#version;
  }

  /** Something changed: everybody who waits is told. */
  publish(): void {
    this.#version++;
    for (const news of this.#waiting) if (!news.done()) news.setResult();
    this.#waiting.clear();
  }

  /** Nobody waits any more: there will be no news. */
  close(): void {
    this.#isClosed = true;
    this.publish();
  }

  /** Waits until the version is another than `seen`, or `timeoutMs` have passed; gives the version. */
  readonly wait = coroutine(function* (this: LiveUpdates, seen: number, timeoutMs: number) {
    if (seen !== this.#version || this.#isClosed) return this.#version;
    const news = new Future<void>();
    this.#waiting.add(news);
    try {
      yield* withTimeout(timeoutMs, news);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    } finally {
      this.#waiting.delete(news);
    }
    return this.#version;
  });
}
