// The process's tree of loggers, the three logs of the framework in it, and the seam for another logging library.
// Importing this configures nothing: no handler, no level, no listener (LOG-11).
import { LogLevel } from './log-level.ts';
import { Logger } from './logger.ts';

import type { LoggerTree, LogSink } from './logger.ts';

const tree: LoggerTree = { sink: null };
const root = new Logger(tree, 'root', null, LogLevel.WARNING);
const loggers = new Map<string, Logger>();

/**
 * The logger of this name, always the same object. Dots make the parents: `a.b` is below `a`, which is below the root.
 * No name, an empty one, or `root` is the root, whose level is WARNING until somebody sets it.
 */
export function getLogger(name = ''): Logger {
  if (name === '' || name === root.name) return root;
  let logger = loggers.get(name);
  if (logger === undefined) {
    const parent = getLogger(name.slice(0, Math.max(0, name.lastIndexOf('.'))));
    logger = new Logger(tree, name, parent, LogLevel.NOTSET);
    loggers.set(name, logger);
  }
  return logger;
}

/**
 * Sends every record to `sink` instead of to the handlers, or to the handlers again if it is null. Levels and logger
 * filters still decide which records there are.
 *
 * @returns The sink so far.
 */
export function setLogSink(sink: LogSink | null): LogSink | null {
  const before = tree.sink;
  tree.sink = sink;
  return before;
}

/** A line for each request served. */
export const accessLog: Logger = getLogger('typhoon.access');
/** Errors of the application's own code, such as an exception that no handler caught. */
export const appLog: Logger = getLogger('typhoon.application');
/** All else: what the framework itself has to say. */
export const genLog: Logger = getLogger('typhoon.general');
