// The logging options of a command line (LOG-10). Owns: their names and help, the interface it asks of an option parser.
// Must not know: any parser. Importing this defines nothing: the parser is always passed in (LOG-11).
import { enablePrettyLogging } from './pretty-logging.ts';

import type { LoggingOptions } from './pretty-logging.ts';

/** How an option is defined. */
export interface LoggingOptionDefinition {
  readonly default: string | number | boolean | null;
  readonly type: 'string' | 'number' | 'boolean';
  readonly help: string;
}

/** All that {@link defineLoggingOptions} asks of an option parser. */
export interface LoggingOptionParser {
  define(name: string, definition: LoggingOptionDefinition): void;
  /** Has `callback` run after each complete parse. */
  addParseCallback(callback: () => void): void;
  /** The present values, under the names they were defined with. */
  asDict(): Readonly<Record<string, unknown>>;
}

const DEFINITIONS: Readonly<Record<string, LoggingOptionDefinition>> = {
  logging: {
    default: 'info',
    type: 'string',
    help: 'log from this level on: debug|info|warning|error|critical; none: leave logging alone',
  },
  log_to_stderr: {
    default: null,
    type: 'boolean',
    help: 'log to standard error; by default if nothing else is configured',
  },
  log_file_prefix: { default: null, type: 'string', help: 'path of the log file' },
  log_file_max_size: {
    default: 100_000_000,
    type: 'number',
    help: 'greatest size of a log file in bytes (mode size)',
  },
  log_file_num_backups: { default: 10, type: 'number', help: 'number of old log files to keep' },
  log_rotate_when: {
    default: 'midnight',
    type: 'string',
    help: "unit of the rotation interval: 'S', 'M', 'H', 'D', 'W0'-'W6', 'midnight' (mode time)",
  },
  log_rotate_interval: {
    default: 1,
    type: 'number',
    help: 'number of units a log file lasts (mode time)',
  },
  log_rotate_mode: {
    default: 'size',
    type: 'string',
    help: "when to start a new log file: 'size' or 'time'",
  },
};

/** Defines the logging options on a parser, and has them applied with `enablePrettyLogging` after each parse. */
export function defineLoggingOptions(parser: LoggingOptionParser): void {
  for (const [name, definition] of Object.entries(DEFINITIONS)) parser.define(name, definition);
  parser.addParseCallback(() => {
    enablePrettyLogging(readOptions(parser.asDict()));
  });
}

function readOptions(values: Readonly<Record<string, unknown>>): LoggingOptions {
  const logToStderr = values['log_to_stderr'];
  return {
    logging: text(values['logging']),
    logToStderr: typeof logToStderr === 'boolean' ? logToStderr : null,
    logFilePrefix: text(values['log_file_prefix']),
    logFileMaxSize: Number(values['log_file_max_size']),
    logFileNumBackups: Number(values['log_file_num_backups']),
    logRotateWhen: String(values['log_rotate_when']),
    logRotateInterval: Number(values['log_rotate_interval']),
    logRotateMode: String(values['log_rotate_mode']),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
