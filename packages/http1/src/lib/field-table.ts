// Header fields by name. Owns: how few of them are kept (a list that is searched) and how many (a map as well), and the text
// of those that went out last. Must not know: what a name or a value may be, who normalised them.
// HOT: `pnpm bench http`

/** One value, or several. */
export type FieldValues = string | string[];

/** So many names are searched one by one: most answers have half of that. */
const LISTED_MAX = 16;

/** The fields that were made into text last, place by place: answers of one server differ in few of them, or in none. */
const lastNames: string[] = [];
const lastValues: string[] = [];
const lastLines: string[] = [];
let lastText = '';
let lastCount = -1;

/** Fields by normalised name, in the order of their first appearance. */
export class FieldTable {
  /** Name and values in turn; unused once there is a map. */
  #list: FieldValues[] = ['', '', '', '', '', '', '', ''];
  #count = 0;
  #map: Map<string, FieldValues> | null = null;

  /** How many names there are. */
  get size(): number {
    return this.#map === null ? this.#count : this.#map.size;
  }

  /** The values of `name`. */
  get(name: string): FieldValues | undefined {
    if (this.#map !== null) return this.#map.get(name);
    const at = this.#find(name);
    return at < 0 ? undefined : this.#list[at + 1];
  }

  /** Whether there is such a name. */
  has(name: string): boolean {
    return this.#map === null ? this.#find(name) >= 0 : this.#map.has(name);
  }

  /** Replaces the values of `name`. */
  set(name: string, values: FieldValues): void {
    if (this.#map !== null) {
      this.#map.set(name, values);
      return;
    }
    const list = this.#list;
    const found = this.#find(name);
    if (found >= 0) {
      list[found + 1] = values;
    } else if (this.#count === LISTED_MAX) {
      this.#map = new Map(this.entries());
      this.#map.set(name, values);
    } else {
      const at = this.#count++ * 2;
      list[at] = name;
      list[at + 1] = values;
    }
  }

  /** Adds a value to those of `name`. */
  append(name: string, value: string): void {
    const values = this.get(name);
    if (values === undefined) this.set(name, value);
    else if (typeof values === 'string') this.set(name, [values, value]);
    else values.push(value);
  }

  /** Removes `name`; whether it was there. */
  delete(name: string): boolean {
    if (this.#map !== null) return this.#map.delete(name);
    const at = this.#find(name);
    if (at < 0) return false;
    this.#list.copyWithin(at, at + 2, this.#count * 2);
    this.#count--;
    return true;
  }

  /** Names and values, in order. */
  *entries(): Generator<[string, FieldValues]> {
    if (this.#map !== null) {
      yield* this.#map;
      return;
    }
    for (let at = 0; at < this.#count * 2; at += 2) {
      yield [this.#list[at] as string, this.#list[at + 1] ?? ''];
    }
  }

  /** An independent copy. */
  copy(): FieldTable {
    const copy = new FieldTable();
    for (const [name, values] of this.entries()) {
      copy.set(name, typeof values === 'string' ? values : [...values]);
    }
    return copy;
  }

  /** `Name: value` lines ending in CRLF. */
  toWire(): string {
    return this.#map === null && this.#noteLines() ? textOf(this.#count) : this.#joined();
  }

  #joined(): string {
    let text = '';
    for (const [name, values] of this.entries()) {
      if (typeof values === 'string') text += lineOf(name, values);
      else for (const value of values) text += lineOf(name, value);
    }
    return text;
  }

  /** Brings the lines noted last up to date; answers whether they say it all. */
  #noteLines(): boolean {
    const list = this.#list;
    const count = this.#count;
    for (let at = 0; at < count; at++) {
      const name = list[at * 2] as string;
      const value = list[at * 2 + 1];
      if (typeof value !== 'string') return false;
      if (lastNames[at] === name && lastValues[at] === value) continue;
      lastNames[at] = name;
      lastValues[at] = value;
      lastLines[at] = lineOf(name, value);
      lastCount = -1;
    }
    return true;
  }

  #find(name: string): number {
    const list = this.#list;
    const end = this.#count * 2;
    for (let at = 0; at < end; at += 2) if (list[at] === name) return at;
    return -1;
  }
}

/** The text of so many lines noted last. */
function textOf(count: number): string {
  if (lastCount === count) return lastText;
  let text = '';
  for (let at = 0; at < count; at++) text += lastLines[at] ?? '';
  lastCount = count;
  lastText = text;
  return text;
}

function lineOf(name: string, value: string): string {
  return `${name}: ${value}\r\n`;
}
