// The text of a template, read from left to right, each character once. Owns: the place in it, and the line.
// Must not know: what tags mean.

/** A reader of one template's text. */
export class TemplateReader {
  readonly #text: string;
  #position = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line that the next character stands in, from 1. */
  get line(): number {
    return this.#line;
  }

  /** How many characters there are before the next tag; -1 if there is none. */
  distanceToTag(): number {
    const text = this.#text;
    let at = text.indexOf('{', this.#position);
    for (; at !== -1; at = text.indexOf('{', at + 1)) {
      const next = text[at + 1];
      if (next === '%' || next === '#') break;
      // TPL-1: of three or more braces the innermost two are the tag.
      if (next === '{' && text[at + 2] !== '{') break;
    }
    return at === -1 ? -1 : at - this.#position;
  }

  /** How many characters there are before the next `mark`; -1 if there is none. */
  distanceTo(mark: string): number {
    const at = this.#text.indexOf(mark, this.#position);
    return at === -1 ? -1 : at - this.#position;
  }

  startsWith(mark: string): boolean {
    return this.#text.startsWith(mark, this.#position);
  }

  /** The next `count` characters, and goes behind them. */
  take(count: number): string {
    const taken = this.#text.slice(this.#position, this.#position + count);
    for (let at = taken.indexOf('\n'); at !== -1; at = taken.indexOf('\n', at + 1)) this.#line++;
    this.#position += taken.length;
    return taken;
  }

  /** All that is left, and goes behind it. */
  takeRest(): string {
    return this.take(this.#text.length - this.#position);
  }
}
