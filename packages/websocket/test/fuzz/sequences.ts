// Random sequences of frames, legal and not quite, from a seed.
import { constants, deflateRawSync } from 'node:zlib';

/** Numbers that look random and are the same for the same seed (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` - 1. */
  roll(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  /** Once in so many times. */
  once(times: number): boolean {
    return this.roll(times) === 0;
  }

  pick<T>(all: readonly T[]): T {
    const one = all[this.roll(all.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  }
}

/** One sequence, and how it is to be read. */
export interface Sequence {
  readonly isMasked: boolean;
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
  /** Where it is cut. */
  readonly cuts: readonly number[];
}

/** Messages of more bytes are refused by both readers. */
export const MAX_BYTES = 2000;

const TEXTS = ['', 'a', 'hello', 'häß€😀', '\0', 'x'.repeat(125), 'y'.repeat(126), 'é'.repeat(300)];
const NOT_TEXT = ['ff', '80', 'c0af', 'eda080', 'f4908080', 'e282', '61e2'].map((digits) =>
  Buffer.from(digits, 'hex'),
);
const CODES = [
  1000, 1001, 1003, 1004, 1005, 1006, 1007, 1011, 1014, 1015, 2999, 3000, 4999, 5000, 0,
];

/** Makes the sequence of a seed. At most one thing in it is illegal, and it is the last. */
export function sequenceOf(seed: number): Sequence {
  const dice = new Dice(seed);
  const isMasked = dice.once(2);
  const isCompressed = dice.once(2);
  const writer = new SequenceWriter(dice, isMasked, isCompressed);
  for (let left = 1 + dice.roll(4); left > 0; left--) writer.message();
  if (dice.once(2)) writer.mistake();
  if (dice.once(2)) writer.close();
  const bytes = writer.bytes();
  const cuts = Array.from({ length: dice.roll(4) }, () => dice.roll(bytes.length + 1));
  return { isMasked, isCompressed, bytes, cuts: cuts.sort((a, b) => a - b) };
}

class SequenceWriter {
  readonly #dice: Dice;
  readonly #isMasked: boolean;
  readonly #isCompressed: boolean;
  readonly #parts: Buffer[] = [];

  constructor(dice: Dice, isMasked: boolean, isCompressed: boolean) {
    this.#dice = dice;
    this.#isMasked = isMasked;
    this.#isCompressed = isCompressed;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** A message, perhaps compressed, perhaps in fragments, perhaps with control frames between. */
  message(): void {
    const dice = this.#dice;
    const isText = dice.once(2);
    const data = isText
      ? Buffer.from(dice.pick(TEXTS))
      : this.#noise(dice.pick([0, 1, 3, 125, 126, 700]));
    this.#send(isText ? 1 : 2, data);
  }

  /** @param isAlone Without control frames between: ws finds at another fragment than we do what is not UTF-8, or inflates to too much. */
  #send(opcode: number, data: Buffer, isAlone = false): void {
    const dice = this.#dice;
    const isCompressed = this.#isCompressed && dice.once(2);
    const payload = isCompressed
      ? deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
      : data;
    const pieces = dice.once(2) ? 1 : 1 + dice.roll(4);
    let at = 0;
    for (let n = 0; n < pieces; n++) {
      const isLast = n === pieces - 1;
      const end = isLast ? payload.length : at + dice.roll(payload.length - at + 1);
      const first =
        (isLast ? 0x80 : 0) | (n === 0 && isCompressed ? 0x40 : 0) | (n === 0 ? opcode : 0);
      this.#frame(first, payload.subarray(at, end));
      at = end;
      if (!isAlone && dice.once(4))
        this.#frame(0x80 | dice.pick([9, 10]), this.#noise(dice.pick([0, 1, 125])));
    }
  }

  close(): void {
    const dice = this.#dice;
    const kind = dice.roll(4);
    if (kind === 0) this.#frame(0x88, Buffer.alloc(0));
    else if (kind === 1) this.#frame(0x88, Buffer.of(3));
    else {
      const code = dice.pick(CODES);
      const reason = dice.once(8) ? dice.pick(NOT_TEXT) : Buffer.from(dice.pick(['', 'bye', 'é']));
      this.#frame(0x88, Buffer.concat([Buffer.of(code >> 8, code & 0xff), reason]));
    }
  }

  mistake(): void {
    const dice = this.#dice;
    const some = this.#noise(dice.roll(5));
    switch (dice.roll(10)) {
      case 0:
        this.#frame(0x80 | dice.pick([3, 4, 7, 11, 15]), some);
        break;
      case 1:
        this.#frame(dice.pick([0x91, 0xa2, 0xb1, 0x99, 0xc9]), some);
        break;
      case 2:
        this.#frame(0x80, some);
        break;
      case 3:
        this.#frame(0x01, Buffer.from('a'));
        this.#frame(0x81, Buffer.from('b'));
        break;
      case 4:
        this.#frame(0x09, some);
        break;
      case 5:
        this.#frame(0x89, this.#noise(126));
        break;
      case 6:
        this.#send(1, dice.pick(NOT_TEXT), true);
        break;
      case 7:
        this.#send(2, Buffer.alloc(MAX_BYTES + 1 + dice.roll(100_000)), true);
        break;
      case 8:
        // What says that it is compressed: a mistake where that was not agreed on, or when it is not.
        this.#frame(0xc1, this.#noise(1 + dice.roll(20)));
        break;
      default:
        this.#frame(0x82, some, !this.#isMasked);
    }
  }

  #frame(first: number, payload: Buffer, isMasked = this.#isMasked): void {
    const size = payload.length;
    const mask = isMasked ? 0x80 : 0;
    let head = Buffer.of(first, mask | Math.min(size, 126));
    if (size >= 65_536) {
      head = Buffer.concat([Buffer.of(first, mask | 127), Buffer.alloc(8)]);
      head.writeBigUInt64BE(BigInt(size), 2);
    } else if (size >= 126) {
      head = Buffer.concat([head, Buffer.of(size >> 8, size & 0xff)]);
    }
    if (!isMasked) {
      this.#parts.push(head, payload);
      return;
    }
    const key = this.#noise(4);
    const masked = Buffer.from(payload);
    for (let at = 0; at < size; at++) masked[at]! ^= key[at & 3]!;
    this.#parts.push(head, key, masked);
  }

  #noise(size: number): Buffer {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at++) bytes[at] = this.#dice.roll(256);
    return bytes;
  }
}
