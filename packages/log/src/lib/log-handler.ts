// Where records go: the handler contract and the handler for streams. Owns: level, filters and error guard of a handler.
// Must not know: loggers, files, colours.
import { errorText } from './repr.ts';

import type { LogRecord } from './log-record.ts';

/** Decides whether a record goes on. */
export type LogFilter = (record: LogRecord) => boolean;

/** Makes the text of a record. */
export interface LogFormat {
  /** Whether the text tells where the call stands; finding that costs about 3 µs a record. Default false. */
  readonly usesCaller?: boolean;
  format(record: LogRecord): string;
}

/** The message, and the error below it. What a handler uses that was given no format. */
const PLAIN_FORMAT: LogFormat = {
  format: (record) =>
    record.error === undefined ? record.message : `${record.message}\n${errorText(record.error)}`,
};

/** Takes the records of the loggers it is added to. Subclasses write `emit`. */
export abstract class LogHandler {
  /** Records below this level are not handled. Default 0. */
  level = 0;
  /** Default: the message, and the error below it. */
  formatter: LogFormat = PLAIN_FORMAT;
  // Replaced, never changed: a filter may remove itself.
  #filters: readonly LogFilter[] = [];

  /** Writes one record that passed level and filters. May throw: the caller that logged never sees it. */
  protected abstract emit(record: LogRecord): void;

  /** Gives back what the handler holds. A closed handler may be used again if its class says so. */
  close(): void {
    // Nothing is held here.
  }

  addFilter(filter: LogFilter): void {
    if (!this.#filters.includes(filter)) this.#filters = [...this.#filters, filter];
  }

  removeFilter(filter: LogFilter): void {
    this.#filters = this.#filters.filter((other) => other !== filter);
  }

  /** Filters and writes a record. Never throws: a failure is told to standard error. */
  handle(record: LogRecord): void {
    if (record.level < this.level) return;
    try {
      for (const filter of this.#filters) if (!filter(record)) return;
      this.emit(record);
    } catch (reason) {
      reportFailure(reason, record);
    }
  }
}

/** Says on standard error that a record was lost, and why. */
export function reportFailure(reason: unknown, record: LogRecord): void {
  process.stderr.write(`Logging failed: ${errorText(reason)}\nThe record was: ${record.message}\n`);
}

/** All that a {@link StreamHandler} asks of a stream. */
export interface LogStream {
  write(text: string): unknown;
}

/** Writes each record and a newline to a stream, by default standard error as it is at that moment. */
export class StreamHandler extends LogHandler {
  readonly #stream: LogStream | null;

  constructor(stream: LogStream | null = null) {
    super();
    this.#stream = stream;
  }

  protected override emit(record: LogRecord): void {
    (this.#stream ?? process.stderr).write(`${this.formatter.format(record)}\n`);
  }
}
