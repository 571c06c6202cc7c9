// The last bytes of what was said: what the next message may refer to, where that was agreed on.

/** Keeps at most `maxBytes`, and no more memory than was said. */
export class SlidingWindow {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is kept; nobody changes it. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** More was said; the bytes are copied. */
  add(bytes: Uint8Array): void {
    const max = this.#maxBytes;
    if (bytes.byteLength >= max) {
      this.#bytes = Buffer.from(bytes.subarray(bytes.byteLength - max));
      return;
    }
    const kept = this.#bytes;
    this.#bytes = Buffer.concat([
      kept.subarray(Math.max(0, kept.length + bytes.byteLength - max)),
      bytes,
    ]);
  }
}
