// Where a generator's choices come from: bytes. fast-check shrinks them, a random source fills them fast, and a run that is
// guided by coverage changes a few of them.

/** Choices, read one after another; behind the end every choice is the first one. */
export class Tape {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** From the beginning, over other bytes. */
  rewind(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#at = 0;
    return this;
  }

  byte(): number {
    return this.#at < this.#bytes.length ? this.#bytes[this.#at++]! : 0;
  }

  /** A number from 0 up to and without `limit`, which is at most 65536. */
  below(limit: number): number {
    return limit <= 256 ? this.byte() % limit : ((this.byte() << 8) | this.byte()) % limit;
  }

  /** One of them; the first most often at the tape's end, so the plainest belongs there. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Whether something rare happens, once in `odds` times. */
  rarely(odds: number): boolean {
    return this.below(odds) === odds - 1;
  }
}

/** Fast random bytes that can be made again: Marsaglia's xorshift, 32 bits. */
export class RandomBytes {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ (seed >>> 16)) | 0 || 1;
  }

  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.next();
      bytes[at] = word;
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    }
  }
}
