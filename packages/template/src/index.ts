export { BaseLoader } from './lib/loader.ts';
export { DictLoader } from './lib/dict-loader.ts';
export { Loader } from './lib/file-loader.ts';
export { ParseError, TemplateError } from './lib/template-error.ts';
export { Template } from './lib/template.ts';
export { filterWhitespace } from './lib/whitespace.ts';
export type { LoaderOptions } from './lib/loader.ts';
export type {
  ParseErrorCode,
  ParseErrorOptions,
  TemplateErrorCode,
  TemplateErrorOptions,
} from './lib/template-error.ts';
export type { TemplateLogger } from './lib/compiled-code.ts';
export type { TemplateLoader, TemplateOptions } from './lib/template.ts';
export type { WhitespaceMode } from './lib/whitespace.ts';
