// News for whoever waits for it. Owns: the version that each change raises, and the long polls that wait for the next.
import { Future, withTimeout, TimeoutError } from '@typhoon/concurrent';
import { coroutine } from '@typhoon/gen';

/** A number that goes up with every change, and a way to wait until it does. */
export class LiveUpdates {
  #version = 1;
  #next = new Future<void>();

  /** How many changes there have been. */
  get version(): number {
    return this.#version;
  }

  /** Something changed: everybody who waits is told. */
  publish(): void {
    this.#version++;
    const next = this.#next;
    this.#next = new Future();
    next.setResult();
  }

  /** Waits until the version is another than `seen`, or `timeoutMs` have passed; gives the version. */
  readonly wait = coroutine(function* (this: LiveUpdates, seen: number, timeoutMs: number) {
    if (seen !== this.#version) return this.#version;
    try {
      yield* withTimeout(timeoutMs, this.#next);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    return this.#version;
  });
}
