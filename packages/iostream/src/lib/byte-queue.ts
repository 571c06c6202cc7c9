// Bytes that wait to be read. Owns: copying each byte once in and once out, and searching no byte twice but for the few at a
// seam. Must not know: streams, reads, limits.

/** Small pieces share blocks of at least this size. */
const MIN_BLOCK_BYTES = 64;

/** A piece of the queue: bytes `start` to `end` of `buffer` wait, behind them there may be room. */
interface Block {
  readonly buffer: Buffer;
  start: number;
  end: number;
}

/** A first-in, first-out queue of bytes. */
export class ByteQueue {
  readonly #blockBytes: number;
  readonly #blocks: Block[] = [];
  #head = 0;
  #size = 0;

  /** @param blockBytes Small pieces are gathered into blocks of up to this many bytes. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  /** How many bytes wait. */
  get size(): number {
    return this.#size;
  }

  /** Takes a copy of bytes `start` to `end` of `source`. */
  append(source: Uint8Array, start: number, end: number): void {
    let at = start;
    const tail = this.#blocks.at(-1);
    if (tail !== undefined && at < end) {
      const fits = Math.min(end - at, tail.buffer.length - tail.end);
      tail.buffer.set(source.subarray(at, at + fits), tail.end);
      tail.end += fits;
      at += fits;
    }
    if (at < end) {
      // Blocks grow with the queue, so that a single short message takes no more room than it needs.
      const room = Math.min(this.#blockBytes, Math.max(MIN_BLOCK_BYTES, this.#size));
      const buffer = Buffer.allocUnsafe(Math.max(end - at, this.#size === 0 ? 0 : room));
      buffer.set(source.subarray(at, end), 0);
      this.#blocks.push({ buffer, start: 0, end: end - at });
    }
    this.#size += end - start;
  }

  /** Puts bytes back in front; the queue keeps a copy. */
  unshift(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const buffer = Buffer.from(bytes);
    this.#blocks.splice(0, this.#head, { buffer, start: 0, end: buffer.length });
    this.#head = 0;
    this.#size += buffer.length;
  }

  /** Takes the first `count` bytes out; the caller's to keep. There must be as many. */
  take(count: number): Buffer {
    const taken = Buffer.allocUnsafe(count);
    this.takeInto(taken);
    return taken;
  }

  /** Fills `target` with the first bytes, as far as they go, and takes them out; answers how many. */
  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.#size);
    this.#walk(0, count, (block, from, to, at) => {
      target.set(block.buffer.subarray(from, to), at);
      block.start = to;
    });
    this.#size -= count;
    this.#dropEmpty();
    return count;
  }

  /** A copy of the bytes from `offset` on, `count` at most. */
  peek(offset: number, count: number): Buffer {
    const copy = Buffer.allocUnsafe(Math.max(0, Math.min(count, this.#size - offset)));
    this.#walk(offset, offset + copy.length, (block, from, to, at) => {
      block.buffer.copy(copy, at, from, to);
    });
    return copy;
  }

  /** Where `needle` first begins at or behind `offset`; -1 when it does not. */
  indexOf(needle: Uint8Array, offset: number): number {
    if (needle.length === 0) return offset <= this.#size ? offset : -1;
    let base = 0;
    for (let index = this.#head; index < this.#blocks.length; index++) {
      const block = this.#blocks[index];
      if (block === undefined) break;
      const length = block.end - block.start;
      if (base + length > offset) {
        const found = this.#searchBlock(block, base, needle, Math.max(offset, base));
        if (found >= 0) return found;
      }
      base += length;
    }
    return -1;
  }

  /** A match that begins in this block; `base` is where in the queue the block begins. */
  #searchBlock(block: Block, base: number, needle: Uint8Array, from: number): number {
    const end = base + block.end - block.start;
    const view = block.buffer.subarray(block.start + from - base, block.end);
    const whole = view.indexOf(needle);
    if (whole >= 0) return from + whole;
    if (end === this.#size || needle.length === 1) return -1;
    // The seam: what begins here and ends in blocks behind.
    const seamAt = Math.max(from, end - needle.length + 1);
    const seam = this.peek(seamAt, end - seamAt + needle.length - 1);
    const across = seam.indexOf(needle);
    return across >= 0 ? seamAt + across : -1;
  }

  /** Calls `visit` for each part of the range: the block, from and to in its buffer, and the offset in the range. */
  #walk(
    start: number,
    end: number,
    visit: (block: Block, from: number, to: number, at: number) => void,
  ): void {
    let base = 0;
    for (let index = this.#head; index < this.#blocks.length && base < end; index++) {
      const block = this.#blocks[index];
      if (block === undefined) break;
      const length = block.end - block.start;
      const from = Math.max(start, base);
      const to = Math.min(end, base + length);
      const shift = block.start - base;
      if (from < to) visit(block, from + shift, to + shift, from - start);
      base += length;
    }
  }

  #dropEmpty(): void {
    const blocks = this.#blocks;
    let head = this.#head;
    for (; head < blocks.length; head++) {
      const block = blocks[head];
      if (block !== undefined && block.start < block.end) break;
    }
    this.#head = head;
    // Whole blocks are taken off the list now and then, not one by one: that would be quadratic.
    if (head === blocks.length || head > 32) {
      if (head * 2 >= blocks.length) {
        blocks.splice(0, head);
        this.#head = 0;
      }
    }
  }
}
