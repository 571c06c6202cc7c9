// The errors of this package. Owns: codes, and how a place in a template is written.

/**
 * What went wrong. The language: `SYNTAX`, `EXPRESSION` (no JavaScript), `TOO_DEEP`, `NO_LOADER`. Compiling: `COMPILE`, `CYCLE`.
 * Loading: `NOT_FOUND`, `UNREADABLE`, `OUTSIDE_ROOT`. Generating: `UNKNOWN_NAME`, `UNKNOWN_MODULE`.
 */
export type TemplateErrorCode =
  | 'ERR_TEMPLATE_COMPILE'
  | 'ERR_TEMPLATE_CYCLE'
  | 'ERR_TEMPLATE_NOT_FOUND'
  | 'ERR_TEMPLATE_OUTSIDE_ROOT'
  | 'ERR_TEMPLATE_UNKNOWN_MODULE'
  | 'ERR_TEMPLATE_UNKNOWN_NAME'
  | 'ERR_TEMPLATE_UNREADABLE'
  | ParseErrorCode;

/** The codes of a {@link ParseError}. */
export type ParseErrorCode =
  | 'ERR_TEMPLATE_EXPRESSION'
  | 'ERR_TEMPLATE_NO_LOADER'
  | 'ERR_TEMPLATE_SYNTAX'
  | 'ERR_TEMPLATE_TOO_DEEP';

/** What a {@link TemplateError} may carry besides its message. */
export interface TemplateErrorOptions extends ErrorOptions {
  /** The generated code with line numbers, if that is what failed. */
  readonly listing?: string;
}

/** Thrown by everything in this package; callers test `code`. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError';
  readonly code: TemplateErrorCode;
  /** With `ERR_TEMPLATE_COMPILE`, the generated code with line numbers (TPL-26); else empty. */
  readonly listing: string;
  constructor(code: TemplateErrorCode, message: string, options: TemplateErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.listing = options.listing ?? '';
  }
}

/** What a {@link ParseError} may carry besides its place. */
export interface ParseErrorOptions extends ErrorOptions {
  /** Default `ERR_TEMPLATE_SYNTAX`. */
  readonly code?: ParseErrorCode;
}

/** A mistake in the text of a template. The message ends with the place: `Empty expression at page.html:3` (TPL-23). */
export class ParseError extends TemplateError {
  override readonly name: string = 'ParseError';
  /** The template's name. */
  readonly filename: string;
  /** The line in it, from 1. */
  readonly lineno: number;
  constructor(message: string, filename: string, lineno: number, options: ParseErrorOptions = {}) {
    super(options.code ?? 'ERR_TEMPLATE_SYNTAX', `${message} at ${filename}:${lineno}`, options);
    this.filename = filename;
    this.lineno = lineno;
  }
}
