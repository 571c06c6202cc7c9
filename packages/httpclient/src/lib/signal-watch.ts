// Abort signals of requests. One listener a signal, however many requests share it: Node.js warns of more than ten, and
// each costs about a kilobyte. Must not know: what aborting does.

/** Who is to stop when a signal is aborted. */
export interface Abortable {
  /** The signal was aborted, with this reason. */
  signalAborted(reason: unknown): void;
}

/** The requests that wait on each signal. */
export class SignalWatch {
  readonly #watched = new Map<AbortSignal, Set<Abortable>>();

  /** Signals that are listened to. */
  get size(): number {
    return this.#watched.size;
  }

  /** Tells `who` when `signal` is aborted, unless `remove` comes first. */
  add(signal: AbortSignal, who: Abortable): void {
    let all = this.#watched.get(signal);
    if (all === undefined) {
      all = new Set();
      this.#watched.set(signal, all);
      signal.addEventListener('abort', this.#onAbort);
    }
    all.add(who);
  }

  /** Forgets `who`; the last one takes the listener away. */
  remove(signal: AbortSignal, who: Abortable): void {
    const all = this.#watched.get(signal);
    if (all?.delete(who) !== true || all.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => {
    const signal = event.target;
    if (!(signal instanceof AbortSignal)) return;
    const all = this.#watched.get(signal) ?? [];
    this.#watched.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
    for (const who of all) who.signalAborted(signal.reason);
  };
}
