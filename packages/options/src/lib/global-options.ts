// The options of the program, for all its modules to define and to read, with those of logging among them (LOG-11).
import { defineLoggingOptions } from '@typhoon/log';
import { OptionParser } from './option-parser.ts';

/**
 * The options that `options` has as properties. Modules that define more tell TypeScript by adding to it:
 * `declare module '@typhoon/options' { interface GlobalOptions { port: number } }`.
 */
export interface GlobalOptions {
  help: boolean | null;
  logging: string | null;
  logToStderr: boolean | null;
  logFilePrefix: string | null;
  logFileMaxSize: number;
  logFileNumBackups: number;
  logRotateWhen: string;
  logRotateInterval: number;
  logRotateMode: string;
}

/** The program's options. Importing this configures nothing: logging is set up when a parse is over. */
export const options: OptionParser & GlobalOptions = new OptionParser() as OptionParser &
  GlobalOptions;
defineLoggingOptions(options);

/** {@link OptionParser.define} of the program's options. */
export const define: OptionParser['define'] = options.define.bind(options);

/** {@link OptionParser.parseCommandLine} of the program's options. */
export const parseCommandLine: OptionParser['parseCommandLine'] =
  options.parseCommandLine.bind(options);

/** {@link OptionParser.parseConfigFile} of the program's options. */
export const parseConfigFile: OptionParser['parseConfigFile'] =
  options.parseConfigFile.bind(options);

/** {@link OptionParser.printHelp} of the program's options. */
export const printHelp: OptionParser['printHelp'] = options.printHelp.bind(options);

/** {@link OptionParser.addParseCallback} of the program's options. */
export const addParseCallback: OptionParser['addParseCallback'] =
  options.addParseCallback.bind(options);
