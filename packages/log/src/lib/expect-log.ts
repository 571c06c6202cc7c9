// For tests: a block of code that is expected to log something (TST-13). Owns: the filter that hides what was expected.
import { LogError } from './log-error.ts';
import { levelName, parseLevel } from './log-level.ts';
import { appLog, getLogger } from './loggers.ts';

import type { LevelName } from './log-level.ts';
import type { LogRecord } from './log-record.ts';
import type { Logger } from './logger.ts';

/** Options of an {@link ExpectLog}. */
export interface ExpectLogOptions {
  /** Whether it is a failure if nothing matches. Default true. */
  readonly required?: boolean;
  /** The level that the record must have exactly; the logger is lowered to it for the while. Default: any. */
  readonly level?: number | LevelName;
}

/**
 * Expects a record on one logger, and hides it; all other records pass. Either give {@link ExpectLog.run} a function, or
 * hold it with `using` (then an error of the block itself comes with the complaint as a `SuppressedError`).
 * It listens from when it is made until `run` is over or it is disposed of, once.
 */
export class ExpectLog implements Disposable {
  readonly #logger: Logger;
  readonly #pattern: RegExp;
  readonly #isRequired: boolean;
  readonly #level: number | null;
  /** What to set the logger's level back to, if it was lowered. */
  readonly #levelBefore: number | null = null;
  #isListening = true;
  /** Set while this very object logs, so that its own warning is no match. */
  #isWarning = false;
  #matched = false;
  #loggedStack = false;

  /**
   * @param logger The logger or its name; records of loggers below it are not seen.
   * @param pattern Must match from the start of the message; a string is the source of a regular expression.
   */
  constructor(logger: Logger | string, pattern: RegExp | string, options: ExpectLogOptions = {}) {
    this.#logger = typeof logger === 'string' ? getLogger(logger) : logger;
    this.#pattern = fromStart(pattern);
    this.#isRequired = options.required ?? true;
    this.#level = options.level === undefined ? null : parseLevel(options.level);
    if (this.#level !== null && !this.#logger.isEnabledFor(this.#level)) {
      this.#levelBefore = this.#logger.level;
      this.#logger.setLevel(this.#level);
    }
    this.#logger.addFilter(this.#filter);
  }

  /** Whether a record matched, at the right level. */
  get matched(): boolean {
    return this.#matched;
  }

  /** Whether any record of the logger carried an error. */
  get loggedStack(): boolean {
    return this.#loggedStack;
  }

  /**
   * Runs `fn`, waits for it if it returns a promise, and then checks. If `fn` fails, its error is what comes out.
   *
   * @throws LogError `ERR_LOG_EXPECTED` if nothing matched and a match is required.
   */
  run<T>(fn: () => PromiseLike<T>): Promise<T>;
  run<T>(fn: () => T): T;
  run<T>(fn: () => T | PromiseLike<T>): T | Promise<T> {
    let result: T | PromiseLike<T>;
    try {
      result = fn();
    } catch (reason) {
      this.#stop();
      throw reason;
    }
    if (isThenable(result)) return this.#checkAfter(result);
    this[Symbol.dispose]();
    return result;
  }

  /** Stops listening, and checks. @throws LogError `ERR_LOG_EXPECTED`, as `run` does. */
  [Symbol.dispose](): void {
    if (!this.#isListening) return;
    this.#stop();
    if (this.#matched || !this.#isRequired) return;
    throw new LogError(
      'ERR_LOG_EXPECTED',
      `did not get expected log message: ${this.#pattern.source} on ${this.#logger.name}`,
    );
  }

  async #checkAfter<T>(result: PromiseLike<T>): Promise<T> {
    let value: T;
    try {
      value = await result;
    } catch (reason) {
      this.#stop();
      throw reason;
    }
    this[Symbol.dispose]();
    return value;
  }

  #stop(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    this.#logger.removeFilter(this.#filter);
    if (this.#levelBefore !== null) this.#logger.setLevel(this.#levelBefore);
  }

  readonly #filter = (record: LogRecord): boolean => {
    if (record.error !== undefined) this.#loggedStack = true;
    this.#pattern.lastIndex = 0;
    if (this.#isWarning || !this.#pattern.test(record.message)) return true;
    if (this.#level !== null && record.level !== this.#level) {
      this.#warnOfLevel(record, levelName(this.#level));
      return true;
    }
    this.#matched = true;
    return false;
  };

  #warnOfLevel(record: LogRecord, expected: string): void {
    this.#isWarning = true;
    appLog.warning(
      'Got expected log message %r at unexpected level (%s vs %s)',
      record.message,
      expected,
      record.levelName,
    );
    this.#isWarning = false;
  }
}

function fromStart(pattern: RegExp | string): RegExp {
  if (typeof pattern === 'string') return new RegExp(pattern, 'y');
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`);
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
