// Where an answer's body goes: one small object for each way, chosen when the head is there.
// Must not know: framing, connections, compression (content-decoder.ts).
import { isThenable } from '@typhoon/ioloop';

/** What a body's taker may ask, and what it tells. */
export interface BodyFlow {
  /** No more for now. */
  pause(): void;
  /** More. */
  resume(): void;
  /** The whole body has been dealt with; `body` is what is left for the response. Comes once, last. */
  bodyDone(body: Buffer): void;
  /** The body cannot be dealt with. Comes once, last. */
  bodyFailed(error: unknown): void;
}

/** Takes a body. */
export interface BodyTarget {
  /** Bytes `start` to `end` of `buffer`, never none; they are borrowed. */
  push(buffer: Buffer, start: number, end: number): void;
  /** The body is complete: `bodyDone` or `bodyFailed` follows, perhaps at once. */
  end(): void;
  /** Nobody wants it any more: nothing follows. */
  drop(): void;
}

/** A server that lies about a length costs at most so much, in bytes. */
const LARGEST_TRUST = 1_048_576;
const FIRST_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/** Gathers the body in one buffer. */
export class CollectedBody implements BodyTarget {
  readonly #flow: BodyFlow;
  readonly #expected: number;
  #buffer: Buffer = NOTHING;
  #length = 0;

  /** @param expected Bytes that were announced; -1 when unknown. */
  constructor(flow: BodyFlow, expected: number) {
    this.#flow = flow;
    this.#expected = expected;
  }

  push(buffer: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#buffer.length) this.#grow(needed);
    buffer.copy(this.#buffer, this.#length, start, end);
    this.#length = needed;
  }

  /** What has been gathered, without the room behind it. */
  get bytes(): Buffer {
    return this.#length === this.#buffer.length
      ? this.#buffer
      : this.#buffer.subarray(0, this.#length);
  }

  end(): void {
    this.#flow.bodyDone(this.bytes);
  }

  drop(): void {
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  /** Exactly what was announced, as far as that is believed; else twice as much each time. */
  #grow(needed: number): void {
    const expected = this.#expected >= needed ? this.#expected : Infinity;
    const doubled = Math.max(needed, this.#buffer.length * 2, FIRST_BYTES);
    const size = expected <= LARGEST_TRUST ? expected : Math.min(doubled, expected);
    const larger = Buffer.allocUnsafe(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Hands the body on piece by piece, and waits when it is told to (HCL-14). */
export class StreamedBody implements BodyTarget {
  readonly #flow: BodyFlow;
  readonly #callback: (chunk: Buffer) => unknown;
  /** Promises of the callback that are pending. */
  #pending = 0;
  #isEnded = false;
  #isOver = false;

  constructor(flow: BodyFlow, callback: (chunk: Buffer) => unknown) {
    this.#flow = flow;
    this.#callback = callback;
  }

  push(buffer: Buffer, start: number, end: number): void {
    if (this.#isOver) return;
    const chunk = Buffer.allocUnsafe(end - start);
    buffer.copy(chunk, 0, start, end);
    let result: unknown;
    try {
      result = this.#callback(chunk);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (isThenable(result)) this.#wait(result);
  }

  end(): void {
    this.#isEnded = true;
    if (this.#pending === 0) this.#finish();
  }

  drop(): void {
    this.#isOver = true;
  }

  #wait(work: PromiseLike<unknown>): void {
    if (this.#pending++ === 0) this.#flow.pause();
    work.then(
      () => {
        if (--this.#pending > 0 || this.#isOver) return;
        if (this.#isEnded) this.#finish();
        else this.#flow.resume();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#flow.bodyDone(NOTHING);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#flow.bodyFailed(error);
  }
}

/** Looks at nothing: the body of an answer that only says where to go. */
export class DiscardedBody implements BodyTarget {
  readonly #onEnough: () => void;
  #left: number;

  /**
   * @param limit After so many bytes, asking elsewhere is cheaper than reading on.
   * @param onEnough Called once, at the end or beyond the limit.
   */
  constructor(limit: number, onEnough: () => void) {
    this.#left = limit;
    this.#onEnough = onEnough;
  }

  push(_buffer: Buffer, start: number, end: number): void {
    this.#left -= end - start;
    if (this.#left < 0) this.end();
  }

  end(): void {
    if (this.#left === Infinity) return;
    this.#left = Infinity;
    this.#onEnough();
  }

  drop(): void {
    this.#left = Infinity;
  }
}
