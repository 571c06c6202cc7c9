// A template, compiled once. Owns: the names it knows, escaping, positions in errors (TPL-6, 7, 25).
import { jsonEncode, linkify, squeeze, toUnicode, urlEscape, xhtmlEscape } from '@typhoon/escape';
import { compile, toFunction, type GeneratedCode, type RenderFunction } from './compiler.ts';
import { parse } from './parser.ts';
import { TemplateError } from './template-error.ts';
import { defaultWhitespace, type WhitespaceMode } from './whitespace.ts';
import type { FileLookup } from './inheritance.ts';
import type { TemplateFile } from './nodes.ts';

/** Hears of templates that cannot be compiled (TPL-26). */
export interface TemplateLogger {
  /** One message with the numbered code. */
  error(message: string): void;
}

/** How templates are read and what they know; of a loader or a single template. */
export interface TemplateOptions {
  /** Name of the function that escapes `{{ }}`; null for none. Default `xhtml_escape` (TPL-9). */
  readonly autoescape?: string | null;
  /** Default: `single` for names ending in .html or .js, else `all` (TPL-18). */
  readonly whitespace?: WhitespaceMode;
  /** Names that every template knows. */
  readonly namespace?: Readonly<Record<string, unknown>>;
  /** What `import` finds, by name. Default: nothing. */
  readonly modules?: Readonly<Record<string, unknown>>;
  /** Where a failure to compile is logged. Default: nowhere; the error says it. */
  readonly logger?: TemplateLogger;
}

/** How a single template is made. */
export interface SingleTemplateOptions extends TemplateOptions {
  /** For messages, and for the default white space. Default `<string>`. */
  readonly name?: string;
  /** Finds what it extends and includes. */
  readonly loader?: { file(name: string, from: string): TemplateFile };
}

const BUILT_IN: Readonly<Record<string, unknown>> = {
  escape: xhtmlEscape,
  xhtml_escape: xhtmlEscape,
  xhtmlEscape,
  url_escape: urlEscape,
  urlEscape,
  json_encode: jsonEncode,
  jsonEncode,
  squeeze,
  linkify,
  datetime: Date,
};

/** Reads the nodes of a template's source. @throws ParseError */
export function parseTemplate(
  source: string | Uint8Array,
  name: string,
  options: TemplateOptions,
): TemplateFile {
  const { autoescape = 'xhtml_escape', whitespace = defaultWhitespace(name) } = options;
  return parse(toUnicode(source), { name, autoescape, whitespace });
}

/** A template. `generate` may be called any number of times; nothing is kept between (TPL-34). */
export class Template {
  /** Its name. */
  readonly name: string;
  /** The JavaScript it became. */
  readonly code: string;
  /** Names it knows besides those given to `generate`. */
  readonly namespace: Readonly<Record<string, unknown>>;
  readonly #render: RenderFunction;
  readonly #generated: GeneratedCode;
  readonly #modules: Readonly<Record<string, unknown>>;

  /** @throws ParseError; TemplateError `ERR_COMPILE` when an expression is no JavaScript. */
  constructor(source: string | Uint8Array | TemplateFile, options: SingleTemplateOptions = {}) {
    const { name = '<string>', loader, logger } = options;
    const isSource = typeof source === 'string' || source instanceof Uint8Array;
    const file = isSource ? parseTemplate(source, name, options) : source;
    const lookup: FileLookup | null =
      loader === undefined ? null : (child, from) => loader.file(child, from);
    this.name = file.name;
    this.namespace = options.namespace ?? {};
    this.#modules = options.modules ?? {};
    this.#generated = compile(file, lookup);
    this.code = this.#generated.code;
    try {
      this.#render = toFunction(this.#generated, this.name);
    } catch (error) {
      if (error instanceof Error) logger?.error(error.message);
      throw error;
    }
  }

  /** Its text with these names, as UTF-8; the bytes are the caller's. What an expression throws passes through. */
  generate(names: Readonly<Record<string, unknown>> = {}): Buffer {
    const scope: object = Object.assign(
      Object.create(null) as object,
      BUILT_IN,
      this.namespace,
      names,
    );
    try {
      return Buffer.from(this.#render(scope, toText, applyTo, this.#import));
    } catch (error) {
      this.#locate(error);
      throw error;
    }
  }

  readonly #import = (name: string): unknown => {
    if (Object.hasOwn(this.#modules, name)) return this.#modules[name];
    throw new TemplateError(
      'ERR_NOT_FOUND',
      `No module named ${name}: a template can import what its loader was given`,
    );
  };

  /** Puts the template's lines into the stack of what was thrown (TPL-25). */
  #locate(error: unknown): void {
    if (!(error instanceof Error) || error.stack === undefined) return;
    const marker = `template:${encodeURI(this.name)}:`;
    error.stack = error.stack
      .split('\n')
      .flatMap((line) => {
        const at = line.indexOf(marker);
        if (at < 0 || line.includes(' # ')) return [line];
        // V8 counts the two lines of the function's own head.
        const number = Number.parseInt(line.slice(at + marker.length), 10) - 3;
        const origin = this.#generated.origins[number] ?? '';
        return origin === '' ? [line] : [`${line} # ${origin}`];
      })
      .join('\n');
  }
}

/** TPL-7. The escaping of our own takes text; others get bytes. */
function toText(escape: unknown, value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Uint8Array
        ? toUnicode(value)
        : String(value);
  if (escape === null) return text;
  return escape === xhtmlEscape ? xhtmlEscape(text) : applyTo(escape, text);
}

function applyTo(fn: unknown, text: string): string {
  if (typeof fn !== 'function') throw new TypeError('what a template applies is no function');
  const result: unknown = fn(Buffer.from(text));
  return typeof result === 'string'
    ? result
    : result instanceof Uint8Array
      ? toUnicode(result)
      : String(result);
}
