// Cuts a template into text and tags. Owns: what a tag looks like, white space in text, and the place of a mistake.
// Must not know: directives, JavaScript.
import { TemplateReader } from './reader.ts';
import { ParseError, type ParseErrorCode } from './template-error.ts';
import { filterWhitespace, type WhitespaceMode } from './whitespace.ts';

/** A piece of a template, and the line it begins in. */
export type Tag =
  | { readonly kind: 'directive' | 'expression'; readonly line: number; readonly contents: string }
  | { readonly kind: 'text'; readonly line: number; readonly text: string };

/** Reads a template piece by piece. */
export class TagReader {
  /** What is done with the text that comes next. */
  whitespace: WhitespaceMode;
  readonly #reader: TemplateReader;
  readonly #name: string;

  constructor(text: string, name: string, whitespace: WhitespaceMode) {
    this.#reader = new TemplateReader(text);
    this.#name = name;
    this.whitespace = whitespace;
  }

  /**
   * The next piece; null at the end of the file, where it is an error if a block is still open.
   *
   * @throws ParseError
   */
  next(openBlock: string | undefined): Tag | null {
    const reader = this.#reader;
    for (;;) {
      const line = reader.line;
      const distance = reader.distanceToTag();
      if (distance === -1) {
        if (openBlock !== undefined) this.fail(`Missing {% end %} block for ${openBlock}`);
        const rest = reader.takeRest();
        return rest === '' ? null : { kind: 'text', line, text: this.#filter(rest) };
      }
      if (distance > 0) return { kind: 'text', line, text: this.#filter(reader.take(distance)) };
      const tag = this.#tag(line);
      if (tag !== null) return tag;
    }
  }

  /** The tag that begins here; null for a comment. */
  #tag(line: number): Tag | null {
    const brace = this.#reader.take(2);
    if (this.#reader.startsWith('!')) {
      this.#reader.take(1);
      return { kind: 'text', line, text: brace };
    }
    if (brace === '{#') {
      this.#takeUntil('#}', 'Missing end comment #}');
      return null;
    }
    if (brace === '{{') {
      const contents = this.#takeUntil('}}', 'Missing end expression }}');
      if (contents === '') this.fail('Empty expression');
      return { kind: 'expression', line, contents };
    }
    const contents = this.#takeUntil('%}', 'Missing end block %}');
    if (contents === '') this.fail('Empty block tag ({% %})');
    return { kind: 'directive', line, contents };
  }

  #takeUntil(mark: string, missing: string): string {
    const distance = this.#reader.distanceTo(mark);
    if (distance === -1) this.fail(missing);
    const contents = this.#reader.take(distance);
    this.#reader.take(mark.length);
    return contents.trim();
  }

  #filter(text: string): string {
    // TPL-18: what is laid out by hand stays so.
    return text.includes('<pre>') ? text : filterWhitespace(this.whitespace, text);
  }

  /** Throws; the place is where the reader is, which is behind the tag that it is about (TPL-23). */
  fail(message: string, code: ParseErrorCode = 'ERR_TEMPLATE_SYNTAX', cause?: unknown): never {
    throw new ParseError(message, this.#name, this.#reader.line, { code, cause });
  }
}
