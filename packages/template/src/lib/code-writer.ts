// The lines of generated code. Owns: their order, and which place of which template each belongs to.
// Must not know: what the code means.

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
  #indent = 0;

  /** Adds a statement; `place` is also written behind it, for whoever reads the code (TPL-25). */
  write(code: string, place = ''): void {
    const comment = place === '' ? '' : `  // ${place.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?')}`;
    this.#lines.push('  '.repeat(this.#indent) + code + comment);
    const count = code.split(LINE_END).length;
    for (let i = 0; i < count; i++) this.#places.push(place);
  }

  indent(): void {
    this.#indent++;
  }

  dedent(): void {
    this.#indent--;
  }

  /** Adds another writer's lines. */
  append(other: CodeWriter): void {
    const indent = '  '.repeat(this.#indent);
    for (const line of other.#lines) this.#lines.push(indent + line);
    for (const place of other.#places) this.#places.push(place);
  }

  finish(): GeneratedCode {
    return { code: this.#lines.join('\n'), places: this.#places };
  }
}

/** A string as JavaScript source on one line. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
