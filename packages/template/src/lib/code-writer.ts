// The lines of generated code. Owns: their order, and which place of which template each belongs to.
// Must not know: what the code means.
// HOT: `pnpm bench template`, compile

/** Generated code. */
export interface GeneratedCode {
  readonly code: string;
  /** For each line of the code, from 0: the place in a template that it comes from; empty for none. */
  readonly places: readonly string[];
}

/** What counts as the end of a line in JavaScript, in strings too. */
export const LINE_END: RegExp = /\r\n|[\n\r\u2028\u2029]/;

/** Collects lines of code. */
export class CodeWriter {
  readonly #lines: string[] = [];
  readonly #places: string[] = [];
  #indent: string;
  /** The statement that is being put together by `add`. */
  #sum = '';
  #sumPlace = '';
  /** The last place, and how it is written. */
  #place = '';
  #comment = '';

  /** @param level How deep the first line is indented. */
  constructor(level: number) {
    this.#indent = '  '.repeat(level);
  }

  /** How deep the next line is indented. */
  get level(): number {
    return this.#indent.length / 2;
  }

  /** Writes a statement; `place` is also written behind it, for whoever reads the code (TPL-25). */
  write(code: string, place = ''): void {
    this.#endSum();
    this.#write(code, place);
  }

  /** Adds `term` to `_tt_text`, in one statement with what is added right before and after it at the same place. */
  add(term: string, place: string): void {
    if (this.#sum !== '' && this.#sumPlace === place) {
      this.#sum += ` + ${term}`;
      return;
    }
    this.#endSum();
    this.#sum = `_tt_text += ${term}`;
    this.#sumPlace = place;
  }

  indent(): void {
    this.#endSum();
    this.#indent += '  ';
  }

  dedent(): void {
    this.#endSum();
    this.#indent = this.#indent.slice(2);
  }

  /** Adds another writer's lines. */
  append(other: CodeWriter): void {
    this.#endSum();
    other.#endSum();
    for (const line of other.#lines) this.#lines.push(line);
    for (const place of other.#places) this.#places.push(place);
  }

  finish(): GeneratedCode {
    this.#endSum();
    return { code: this.#lines.join('\n'), places: this.#places };
  }

  #endSum(): void {
    if (this.#sum === '') return;
    const statement = `${this.#sum};`;
    this.#sum = '';
    this.#write(statement, this.#sumPlace);
  }

  #write(code: string, place: string): void {
    if (place !== this.#place) {
      this.#place = place;
      this.#comment = place === '' ? '' : `  // ${place.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')}`;
    }
    this.#lines.push(this.#indent + code + this.#comment);
    const count = LINE_END.test(code) ? code.split(LINE_END).length : 1;
    for (let i = 0; i < count; i++) this.#places.push(place);
  }
}

/** A string as JavaScript source on one line. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
