// One template: its options, and its way from text to a function. Owns: the defaults.
// Must not know: where loaders find their templates.
import { toUnicode } from '@typhoon/escape';

import { generateCode } from './code-generator.ts';
import type { GeneratedCode } from './code-writer.ts';
import { CompiledCode, type TemplateLogger } from './compiled-code.ts';
import { Inheritance } from './inheritance.ts';
import type { TemplateFile } from './nodes.ts';
import { parseTemplate } from './parser.ts';
import { defaultMode, filterWhitespace, type WhitespaceMode } from './whitespace.ts';

/** All that a template asks of a loader. */
export interface TemplateLoader {
  /** The function that templates are escaped with; null for none. */
  readonly autoescape: string | null;
  /** Names that all templates know. */
  readonly namespace: object;
  /** Null: by the ending of the name. */
  readonly whitespace: WhitespaceMode | null;
  /** What `{% import %}` finds, by name. */
  readonly modules: object;
  /** Where compile failures are told of. */
  readonly logger: TemplateLogger | null;
  /** Whether the template that is made now is part of another; it is compiled when it is asked for itself. Default false. */
  readonly isLoadingPart?: boolean;
  /** The template called `name` in the eyes of the one called `parentPath`. */
  load(name: string, parentPath?: string | null): Template;
}

/** Options of a {@link Template}. */
export interface TemplateOptions {
  /** What it is called in errors, and what the files it names are relative to. Default `<string>`. */
  readonly name?: string | undefined;
  /** Finds the templates that it extends and includes. Default null: it cannot. */
  readonly loader?: TemplateLoader | null | undefined;
  /** The function that expressions are escaped with, as the template would call it; null for none. Default `xhtml_escape`. */
  readonly autoescape?: string | null | undefined;
  /** Default `single` if the name ends with `.html` or `.js`, else `all`. */
  readonly whitespace?: WhitespaceMode | null | undefined;
  /** The old form of `whitespace`: true is `single`, false is `all`. */
  readonly compressWhitespace?: boolean | null | undefined;
  /** Where a compile failure is told of. Default the loader's, else nowhere. */
  readonly logger?: TemplateLogger | null | undefined;
}

/** The function that templates are escaped with unless somebody says otherwise. */
export const DEFAULT_AUTOESCAPE: string = 'xhtml_escape';

/**
 * A compiled template. It is **code**: whoever can write a template can do all that the program can.
 *
 * @example
 *   new Template('Hello {{ name }}').generate({ name: '<you>' }).toString() // 'Hello &lt;you&gt;'
 */
export class Template {
  readonly name: string;
  /** The function that its own expressions are escaped with; null for none. */
  readonly autoescape: string | null;
  /** The names that it knows besides the arguments of {@link generate}: the loader's. */
  readonly namespace: object;
  readonly #file: TemplateFile;
  readonly #files: Inheritance;
  readonly #modules: object;
  readonly #logger: TemplateLogger | null;
  #generated: GeneratedCode | null = null;
  #compiled: CompiledCode | null = null;

  /**
   * Compiles `source`: text, or UTF-8 bytes, which are not kept.
   *
   * @throws ParseError for mistakes in the text
   * @throws TemplateError `ERR_TEMPLATE_COMPILE`; whatever the loader throws for the files that belong to it
   */
  constructor(source: string | Uint8Array, options: TemplateOptions = {}) {
    const { name = '<string>', loader = null } = options;
    this.name = name;
    this.namespace = loader?.namespace ?? {};
    const { autoescape = loader === null ? DEFAULT_AUTOESCAPE : loader.autoescape } = options;
    const whitespace = whitespaceMode(name, options);
    this.#file = parseTemplate(toUnicode(source), { name, whitespace, autoescape });
    this.autoescape = this.#file.autoescape?.source ?? null;
    this.#files = new Inheritance(
      this.#file,
      loader === null ? null : (other, parent) => loader.load(other, parent).#file,
    );
    this.#modules = loader?.modules ?? {};
    this.#logger = options.logger ?? loader?.logger ?? null;
    if (loader?.isLoadingPart !== true) this.compile();
  }

  /** The JavaScript that was generated, the body of a function. */
  get code(): string {
    return this.#code().code;
  }

  /**
   * Compiles now, if that has not happened yet, what would be compiled when it is generated first: parts of others are.
   *
   * @throws ParseError for mistakes that show when all parts are together; TemplateError `ERR_TEMPLATE_COMPILE`
   */
  compile(): void {
    this.#compiled ??= new CompiledCode(this.name, this.#code(), this.#modules, this.#logger);
  }

  #code(): GeneratedCode {
    this.#generated ??= generateCode(this.#files);
    return this.#generated;
  }

  /**
   * The output as UTF-8 bytes, the caller's to keep. `names` are the variables of the template.
   *
   * @throws TemplateError `ERR_TEMPLATE_UNKNOWN_NAME`, `ERR_TEMPLATE_UNKNOWN_MODULE`; and whatever its expressions throw, with
   *   the place in the template in the stack
   */
  generate(names: object = {}): Buffer {
    if (this.#compiled === null) this.compile();
    const output = this.#compiled?.run(names, this.namespace) ?? '';
    return typeof output === 'string' ? Buffer.from(output) : output;
  }

  /**
   * The output as it came about: text, for whoever has a use for that and encodes it later or never; bytes where `raw` or a
   * function put out some. Errors as for `generate`.
   */
  generateOutput(names: object = {}): string | Buffer {
    if (this.#compiled === null) this.compile();
    return this.#compiled?.run(names, this.namespace) ?? '';
  }
}

function whitespaceMode(name: string, options: TemplateOptions): WhitespaceMode {
  const { whitespace, compressWhitespace, loader } = options;
  if (compressWhitespace != null) {
    if (whitespace != null)
      throw new TypeError('cannot set both whitespace and compressWhitespace');
    return compressWhitespace ? 'single' : 'all';
  }
  const mode = whitespace ?? loader?.whitespace ?? defaultMode(name);
  filterWhitespace(mode, ''); // refuses a mode that is none
  return mode;
}
