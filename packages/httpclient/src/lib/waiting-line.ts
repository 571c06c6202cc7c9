// Who waits, in order; any of them may leave. Owns: that joining, leaving and being next cost nothing but an assignment.
// Must not know: what they wait for.
// HOT: `pnpm bench client`
//
// A Set would do the same, but V8 makes it a new table every so many entries, and each old one leads to the next: once one of
// them has grown old, all that come behind it, and the requests that they name, survive every collection of the young.

/** Can stand in one line at a time. */
export interface Waiting {
  /** Where it stands; the line's to write. */
  place: number;
}

const FIRST_CAPACITY = 16; // a power of two

/** First in, first out, unless it leaves before. */
export class WaitingLine<W extends Waiting> {
  /** A ring: who has place `p` stands at `p & mask`. */
  #slots: (W | null)[] = emptySlots<W>(FIRST_CAPACITY);
  /** The places that are given out, `head` to `tail`; gaps among them. */
  #head = 0;
  #tail = 0;
  #length = 0;

  /** How many stand here. */
  get length(): number {
    return this.#length;
  }

  /** Comes to the end. */
  push(who: W): void {
    if (this.#tail - this.#head === this.#slots.length) this.#grow();
    who.place = this.#tail;
    this.#slots[this.#tail & (this.#slots.length - 1)] = who;
    this.#tail++;
    this.#length++;
  }

  /** The first leaves; null where nobody stands. */
  shift(): W | null {
    while (this.#head < this.#tail) {
      const at = this.#head++ & (this.#slots.length - 1);
      const who = this.#slots[at] ?? null;
      if (who === null) continue;
      this.#slots[at] = null;
      this.#length--;
      return who;
    }
    return null;
  }

  /** Leaves; whether it stood here. */
  remove(who: W): boolean {
    const { place } = who;
    const at = place & (this.#slots.length - 1);
    if (place < this.#head || place >= this.#tail || this.#slots[at] !== who) return false;
    this.#slots[at] = null;
    this.#length--;
    return true;
  }

  /** In order. */
  *[Symbol.iterator](): Generator<W> {
    for (let place = this.#head; place < this.#tail; place++) {
      const who = this.#slots[place & (this.#slots.length - 1)] ?? null;
      if (who !== null) yield who;
    }
  }

  #grow(): void {
    const before = this.#slots;
    const slots = emptySlots<W>(before.length * 2);
    for (let place = this.#head; place < this.#tail; place++)
      slots[place & (slots.length - 1)] = before[place & (before.length - 1)] ?? null;
    this.#slots = slots;
  }
}

function emptySlots<W>(capacity: number): (W | null)[] {
  return new Array<W | null>(capacity).fill(null);
}
