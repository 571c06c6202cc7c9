// Configuring the logs from options. Owns: the options' names and defaults, which handlers they make.
// Must not know: how options are parsed.
import { FileHandler } from './file-handler.ts';
import { LogError } from './log-error.ts';
import { LogFormatter } from './log-formatter.ts';
import { StreamHandler } from './log-handler.ts';
import { parseLevel } from './log-level.ts';
import { getLogger } from './loggers.ts';
import { sizeRotation } from './size-rotation.ts';
import { timeRotation } from './time-rotation.ts';

import type { LogRotation } from './file-handler.ts';
import type { Logger } from './logger.ts';

/** What {@link enablePrettyLogging} can be told (LOG-10). */
export interface LoggingOptions {
  /** The level, by name in any case. `none` or null: leave all logging alone. Default `info`. */
  readonly logging?: string | null;
  /** Log to standard error. Null: if the logger has no handler otherwise. Default null. */
  readonly logToStderr?: boolean | null;
  /** The file to log to. Default null: none. */
  readonly logFilePrefix?: string | null;
  /** In mode `size`: a file's greatest size, in bytes. Default 100,000,000. */
  readonly logFileMaxSize?: number;
  /** Old files kept. Default 10. */
  readonly logFileNumBackups?: number;
  /** In mode `time`: the unit, `S M H D midnight W0-W6`. Default `midnight`. */
  readonly logRotateWhen?: string;
  /** In mode `time`: how many units a file lasts. Default 1. */
  readonly logRotateInterval?: number;
  /** `size` or `time`. Default `size`. */
  readonly logRotateMode?: string;
}

const DEFAULTS = {
  logging: 'info',
  logToStderr: null,
  logFilePrefix: null,
  logFileMaxSize: 100_000_000,
  logFileNumBackups: 10,
  logRotateWhen: 'midnight',
  logRotateInterval: 1,
  logRotateMode: 'size',
} satisfies Required<LoggingOptions>;

/**
 * Turns on the pretty output: sets the level, and adds a handler for standard error, a file or both (LOG-7, 8, 9).
 *
 * @param logger The logger to configure. Default: the root, so everything.
 * @throws LogError `ERR_LOG_LEVEL`, `ERR_LOG_ROTATION`, or what opening the file throws; then nothing was changed.
 */
export function enablePrettyLogging(
  options: LoggingOptions = {},
  logger: Logger = getLogger(),
): void {
  const resolved: Required<LoggingOptions> = { ...DEFAULTS, ...options };
  if (resolved.logging === null || resolved.logging.toLowerCase() === 'none') return;
  const level = parseLevel(resolved.logging);
  if (resolved.logFilePrefix !== null && resolved.logFilePrefix !== '') {
    const rotation = rotationOf(resolved);
    const handler = new FileHandler({ path: resolved.logFilePrefix, rotation });
    handler.formatter = new LogFormatter({ color: false });
    logger.addHandler(handler);
  }
  if (resolved.logToStderr ?? logger.handlers.length === 0) {
    const handler = new StreamHandler();
    handler.formatter = new LogFormatter();
    logger.addHandler(handler);
  }
  logger.setLevel(level);
}

function rotationOf(options: Required<LoggingOptions>): LogRotation {
  const { logRotateMode, logRotateWhen: when, logRotateInterval: interval } = options;
  const backups = options.logFileNumBackups;
  if (logRotateMode === 'size') return sizeRotation({ maxBytes: options.logFileMaxSize, backups });
  if (logRotateMode === 'time') return timeRotation({ when, interval, backups });
  throw new LogError('ERR_LOG_ROTATION', `logRotateMode is ${logRotateMode}, must be size or time`);
}
