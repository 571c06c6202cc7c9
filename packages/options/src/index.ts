export {
  addParseCallback,
  define,
  options,
  parseCommandLine,
  parseConfigFile,
  printHelp,
  type GlobalOptions,
} from './lib/global-options.ts';
export type { ConfigValues } from './lib/config-file.ts';
export { Option, type OptionDefinition, type OptionValue } from './lib/option.ts';
export {
  OptionParser,
  type HelpStream,
  type OptionDefinitions,
  type OptionParserOptions,
  type OptionProperties,
  type ParseOptions,
} from './lib/option-parser.ts';
export type { NamedTypes, OptionType, TypeValue } from './lib/option-type.ts';
export { OptionsError, type OptionsErrorCode } from './lib/options-error.ts';
