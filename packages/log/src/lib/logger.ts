// The tree of loggers. Owns: levels and their inheritance, filters, propagation, who gets a record.
// Must not know: how a record looks, files, what anybody configures.
import { captureCaller } from './caller.ts';
import { reportFailure, StreamHandler } from './log-handler.ts';
import { LogLevel, parseLevel } from './log-level.ts';
import { LogRecord } from './log-record.ts';

import type { LevelName } from './log-level.ts';
import type { LogFilter, LogHandler } from './log-handler.ts';
import type { LogMessage } from './log-record.ts';

/** Takes every record in place of the handlers: the one seam for another logging library. */
export interface LogSink {
  /** Whether `record.caller` is wanted; finding it costs about 3 µs a record. Default false. */
  readonly needsCaller?: boolean;
  /** Called with each record that passed its logger's level and filters. What it throws goes to standard error. */
  write(record: LogRecord): void;
}

/** What all loggers of one tree share. */
export interface LoggerTree {
  sink: LogSink | null;
}

// PYS-24: what no handler takes is told to standard error, from WARNING on.
const LAST_RESORT = new StreamHandler();
LAST_RESORT.level = LogLevel.WARNING;

/** A named log (LOG-1). Get one from `getLogger`; there is one object a name. */
export class Logger {
  readonly name: string;
  readonly parent: Logger | null;
  /** Whether records also go to the parent's handlers. Default true. */
  propagate = true;
  readonly #tree: LoggerTree;
  readonly #children: Logger[] = [];
  // Both are replaced, never changed, so that a handler or filter may add or remove one while they are walked.
  #handlers: readonly LogHandler[] = [];
  #filters: readonly LogFilter[] = [];
  #level: number;
  // Kept right by setLevel for the whole subtree, so that isEnabledFor is one comparison.
  #effectiveLevel: number;

  /** @param level NOTSET on every logger but the root. */
  constructor(tree: LoggerTree, name: string, parent: Logger | null, level: number) {
    this.#tree = tree;
    this.name = name;
    this.parent = parent;
    this.#level = level;
    this.#effectiveLevel = parent === null ? level : parent.#effectiveLevel;
    if (parent !== null) parent.#children.push(this);
  }

  /** The level set on this very logger; NOTSET (0) if it has its parent's. */
  get level(): number {
    return this.#level;
  }

  /** The level that counts: this logger's, or that of the nearest ancestor with one (PYS-24). */
  get effectiveLevel(): number {
    return this.#effectiveLevel;
  }

  /** The handlers of this very logger. */
  get handlers(): readonly LogHandler[] {
    return this.#handlers;
  }

  /**
   * Logs from this level on; NOTSET means as the parent.
   *
   * @throws LogError `ERR_LOG_LEVEL`
   */
  setLevel(level: number | LevelName): void {
    this.#level = parseLevel(level);
    this.#inheritLevel();
  }

  /** Whether a call at this level would do anything. One comparison. */
  isEnabledFor(level: number): boolean {
    return level >= this.#effectiveLevel;
  }

  /** Adds a handler for the records of this logger and of those below it. Adding it twice is adding it once. */
  addHandler(handler: LogHandler): void {
    if (!this.#handlers.includes(handler)) this.#handlers = [...this.#handlers, handler];
  }

  removeHandler(handler: LogHandler): void {
    this.#handlers = this.#handlers.filter((other) => other !== handler);
  }

  /** Adds a filter for records logged on this very logger; those from below it are not asked about (PYS-24). */
  addFilter(filter: LogFilter): void {
    if (!this.#filters.includes(filter)) this.#filters = [...this.#filters, filter];
  }

  removeFilter(filter: LogFilter): void {
    this.#filters = this.#filters.filter((other) => other !== filter);
  }

  /**
   * Logs at DEBUG. `%s`, `%d`, `%r` in the message are filled in if arguments are given; the one argument more than there
   * are placeholders is taken as what was thrown, and shown with its stack: `log.debug('read %d bytes', n, error)`.
   */
  debug(message: LogMessage, ...args: readonly unknown[]): void {
    if (LogLevel.DEBUG >= this.#effectiveLevel) {
      this.#log(LogLevel.DEBUG, message, args);
    }
  }

  /** Logs at INFO; see {@link Logger.debug}. */
  info(message: LogMessage, ...args: readonly unknown[]): void {
    if (LogLevel.INFO >= this.#effectiveLevel) this.#log(LogLevel.INFO, message, args);
  }

  /** Logs at WARNING; see {@link Logger.debug}. */
  warning(message: LogMessage, ...args: readonly unknown[]): void {
    if (LogLevel.WARNING >= this.#effectiveLevel) {
      this.#log(LogLevel.WARNING, message, args);
    }
  }

  /** Logs at ERROR; see {@link Logger.debug}. */
  error(message: LogMessage, ...args: readonly unknown[]): void {
    if (LogLevel.ERROR >= this.#effectiveLevel) {
      this.#log(LogLevel.ERROR, message, args);
    }
  }

  /** Logs at CRITICAL; see {@link Logger.debug}. */
  critical(message: LogMessage, ...args: readonly unknown[]): void {
    if (LogLevel.CRITICAL >= this.#effectiveLevel) {
      this.#log(LogLevel.CRITICAL, message, args);
    }
  }

  /** Logs at a level given as a number; see {@link Logger.debug}. */
  log(level: number, message: LogMessage, ...args: readonly unknown[]): void {
    if (level >= this.#effectiveLevel) this.#log(level, message, args);
  }

  /** Takes a record made elsewhere through the filters to sink or handlers. Its level is not asked about again. */
  handle(record: LogRecord): void {
    const { sink } = this.#tree;
    try {
      for (const filter of this.#filters) if (!filter(record)) return;
      if (sink !== null) {
        sink.write(record);
        return;
      }
    } catch (reason) {
      reportFailure(reason, record);
      return;
    }
    if (!this.#deliver(record)) LAST_RESORT.handle(record);
  }

  /** Called by the public methods alone: the caller's frame is the one above theirs. */
  #log(level: number, message: LogMessage, args: readonly unknown[]): void {
    const captured = this.#needsCaller(level) ? captureCaller(1) : null;
    this.handle(new LogRecord(this.name, level, message, args, Date.now(), captured));
  }

  #needsCaller(level: number): boolean {
    const { sink } = this.#tree;
    return sink === null ? this.#showsCaller(level) : sink.needsCaller === true;
  }

  /** Whether some handler up the chain would show where the call stands. */
  #showsCaller(level: number): boolean {
    for (const handler of this.#handlers) {
      if (handler.formatter.usesCaller === true && level >= handler.level) return true;
    }
    return this.propagate && this.parent !== null && this.parent.#showsCaller(level);
  }

  /** Gives the record to all handlers up the chain, and says whether there was one. */
  #deliver(record: LogRecord): boolean {
    for (const handler of this.#handlers) handler.handle(record);
    const isTakenAbove = this.propagate && this.parent !== null && this.parent.#deliver(record);
    return isTakenAbove || this.#handlers.length > 0;
  }

  #inheritLevel(): void {
    const inherited = this.parent === null ? LogLevel.NOTSET : this.parent.#effectiveLevel;
    this.#effectiveLevel = this.#level === LogLevel.NOTSET ? inherited : this.#level;
    for (const child of this.#children) child.#inheritLevel();
  }
}
