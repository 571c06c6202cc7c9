// Messages that wait for a reader who does not take them. Owns: how many, and which of them go when there is no room.
// Must not know: what a message is, connections.

/** What becomes of messages that a reader does not take. */
export type SlowReaderPolicy = 'wait' | 'dropOldest' | 'keepLatest' | 'close';

/** How much may wait for one slow reader, and what then. */
export interface SendLimitOptions {
  /** Bytes of messages that may wait, besides the 64 KiB on their way to the kernel. Default 1048576 (1 MiB). */
  readonly maxBytes?: number;
  /**
   * What happens above that. Default `wait`.
   * - `wait`: sending settles only when there is room; whose sender does not wait for it is closed at four times the limit.
   * - `dropOldest`: the oldest messages that wait are dropped.
   * - `keepLatest`: of messages with one `key` that wait, the last is kept, at any time; above the limit as `dropOldest`.
   * - `close`: the connection is closed.
   */
  readonly policy?: SlowReaderPolicy;
}

interface Waiting<M> {
  message: M;
  readonly key: string | undefined;
}

/** With the policy `wait`, who sends on without waiting is let so many times the limit. */
const HARD_LIMIT_FACTOR = 4;
/** So many taken ones stay in front before they are cut off. */
const CUT_FROM = 64;

/** What waits for one reader; a message's `length` is its bytes. */
export class Backlog<M extends { readonly length: number }> {
  /** Bytes that wait. */
  bytes = 0;
  readonly #maxBytes: number;
  readonly #policy: SlowReaderPolicy;
  #queue: Waiting<M>[] = [];
  #first = 0;
  #byKey: Map<string, Waiting<M>> | null = null;

  constructor(maxBytes: number, policy: SlowReaderPolicy) {
    this.#maxBytes = maxBytes;
    this.#policy = policy;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#first === this.#queue.length;
  }

  /** A message has to wait; answers whether the reader may stay. */
  add(message: M, key: string | undefined): boolean {
    if (!this.#replace(message, key)) {
      const waiting = { message, key };
      this.#queue.push(waiting);
      this.bytes += message.length;
      if (key !== undefined && this.#policy === 'keepLatest') {
        this.#byKey ??= new Map();
        this.#byKey.set(key, waiting);
      }
    }
    if (this.bytes <= this.#maxBytes) return true;
    if (this.#policy === 'wait') return this.bytes <= HARD_LIMIT_FACTOR * this.#maxBytes;
    if (this.#policy === 'close') return false;
    // The newest stays, however large it is.
    while (this.bytes > this.#maxBytes && this.#queue.length - this.#first > 1) this.take();
    return true;
  }

  /** The next one that is to be sent; null when there is none. */
  take(): M | null {
    const waiting = this.#queue[this.#first];
    if (waiting === undefined) return null;
    this.#first++;
    if (this.#first >= CUT_FROM && 2 * this.#first >= this.#queue.length) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
    this.bytes -= waiting.message.length;
    if (waiting.key !== undefined && this.#byKey?.get(waiting.key) === waiting) {
      this.#byKey.delete(waiting.key);
    }
    return waiting.message;
  }

  /** Nobody will get what waits. */
  drop(): void {
    this.#queue = [];
    this.#first = 0;
    this.bytes = 0;
    this.#byKey = null;
  }

  /** The message of this key that waits is another now; it keeps its place. */
  #replace(message: M, key: string | undefined): boolean {
    const waiting = key === undefined ? undefined : this.#byKey?.get(key);
    if (waiting === undefined) return false;
    this.bytes += message.length - waiting.message.length;
    waiting.message = message;
    return true;
  }
}
