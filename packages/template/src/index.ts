export { BaseLoader, DictLoader, Loader } from './lib/loader.ts';
export { ParseError, TemplateError, type TemplateErrorCode } from './lib/template-error.ts';
export {
  Template,
  type SingleTemplateOptions,
  type TemplateLogger,
  type TemplateOptions,
} from './lib/template.ts';
export { filterWhitespace, type WhitespaceMode } from './lib/whitespace.ts';
