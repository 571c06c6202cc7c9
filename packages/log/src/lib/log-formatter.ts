// The pretty line: `[I 260131 12:00:00 web:42] message`. Owns: layout, colours, what is made printable.
// Must not know: loggers, handlers, where lines go.
import { LogError } from './log-error.ts';
import { LogLevel } from './log-level.ts';
import { formatSpec, formatValue } from './percent-format.ts';
import { errorText, escapeCode } from './repr.ts';
import { compileDateFormat } from './strftime.ts';

import type { LogFormat } from './log-handler.ts';
import type { LogRecord } from './log-record.ts';

/** What decides whether colours are shown; `process.stderr` is one. */
export interface ColorStream {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

/** How a {@link LogFormatter} lays out a line. */
export interface LogFormatterOptions {
  /**
   * The line with `%(field)s` placeholders. Fields: `color end_color levelname levelno asctime msecs name message module
   * lineno filename pathname funcName process`. Default `LogFormatter.DEFAULT_FORMAT`.
   */
  readonly fmt?: string;
  /** How `%(asctime)s` is written, in local time. Codes: `%Y %y %m %d %H %M %S %z %%`. Default `DEFAULT_DATE_FORMAT`. */
  readonly datefmt?: string;
  /** Whether to colour at all. Default true; even then only if `stream` is a terminal with colours (LOG-3). */
  readonly color?: boolean;
  /** The ANSI colour number of each level. Default `DEFAULT_COLORS`. */
  readonly colors?: Readonly<Record<number, number>>;
  /** The stream asked whether it shows colours. Default `process.stderr`. */
  readonly stream?: ColorStream;
}

type Field = (record: LogRecord) => unknown;

/** Lays out records as Tornado does (LOG-2): colours on a terminal, errors below the message, all lines indented. */
export class LogFormatter implements LogFormat {
  static readonly DEFAULT_FORMAT: string =
    '%(color)s[%(levelname)1.1s %(asctime)s %(module)s:%(lineno)d]%(end_color)s %(message)s';
  static readonly DEFAULT_DATE_FORMAT: string = '%y%m%d %H:%M:%S';
  static readonly DEFAULT_COLORS: Readonly<Record<number, number>> = {
    [LogLevel.DEBUG]: 4, // blue
    [LogLevel.INFO]: 2, // green
    [LogLevel.WARNING]: 3, // yellow
    [LogLevel.ERROR]: 1, // red
    [LogLevel.CRITICAL]: 5, // magenta
  };

  /** Whether the layout shows where the call stands (`module`, `lineno` and their like). */
  readonly usesCaller: boolean;
  readonly #parts: readonly ((record: LogRecord) => string)[];
  readonly #colors: Readonly<Record<number, number>>;

  /** @throws LogError `ERR_LOG_FORMAT` for a field or date code that does not exist. */
  constructor(options: LogFormatterOptions = {}) {
    const fmt = options.fmt ?? LogFormatter.DEFAULT_FORMAT;
    const writeTime = compileDateFormat(options.datefmt ?? LogFormatter.DEFAULT_DATE_FORMAT);
    const isColored = (options.color ?? true) && showsColors(options.stream ?? process.stderr);
    this.#colors = isColored ? (options.colors ?? LogFormatter.DEFAULT_COLORS) : {};
    this.#parts = compileLayout(fmt, {
      ...FIELDS,
      asctime: (record) => writeTime(record.createdMs),
      color: (record) => this.#color(record.level),
      end_color: (record) => (this.#color(record.level) === '' ? '' : '\x1b[0m'),
    });
    this.usesCaller = /%\((?:module|lineno|filename|pathname|funcName)\)/.test(fmt);
  }

  /** The text of a record, without the final newline. Never throws. */
  format(record: LogRecord): string {
    let text = '';
    for (const part of this.#parts) text += part(record);
    if (record.error !== undefined) {
      text = `${text.trimEnd()}\n${printable(errorText(record.error))}`;
    }
    return text.replaceAll('\n', '\n    '); // LOG-4
  }

  #color(level: number): string {
    const color = this.#colors[level];
    return color === undefined ? '' : `\x1b[3${color}m`;
  }
}

const FIELDS: Readonly<Record<string, Field>> = {
  name: (record) => record.name,
  levelname: (record) => record.levelName,
  levelno: (record) => record.level,
  message: (record) => printable(record.message),
  msecs: (record) => Math.floor(record.createdMs % 1000),
  module: (record) => record.caller.module,
  lineno: (record) => record.caller.line,
  pathname: (record) => record.caller.path,
  filename: (record) => record.caller.path.replace(/^.*[/\\]/, ''),
  funcName: (record) => record.caller.functionName,
  process: () => process.pid,
};

const FIELD = /%(?:%|\((\w+)\)([-+0#]*)(\d{0,3})(?:\.(\d{1,2}))?([sradiufFexXo]))/g;

/** Cuts a layout into functions, so that a line is a few calls and no parsing. */
function compileLayout(
  fmt: string,
  fields: Readonly<Record<string, Field>>,
): ((record: LogRecord) => string)[] {
  const parts: ((record: LogRecord) => string)[] = [];
  let end = 0;
  for (const match of fmt.matchAll(FIELD)) {
    parts.push(literal(fmt.slice(end, match.index)));
    end = match.index + match[0].length;
    const [whole, name = '', flags, width, precision, type] = match;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (whole === '%%') parts.push(() => '%');
    else if (field === undefined) throw badLayout(fmt, whole);
    else if (whole.endsWith(')s')) parts.push((record) => String(field(record)));
    else {
      const spec = formatSpec(flags, width, precision, type);
      parts.push((record) => formatValue(spec, field(record)));
    }
  }
  parts.push(literal(fmt.slice(end)));
  return parts;
}

function literal(text: string): () => string {
  if (text.includes('%')) throw badLayout(text, '%');
  return () => text;
}

function badLayout(fmt: string, what: string): LogError {
  return new LogError('ERR_LOG_FORMAT', `${what} in the layout ${JSON.stringify(fmt)} is no field`);
}

/** NO_COLOR, FORCE_COLOR and the terminal's kind are Node's to judge. */
function showsColors(stream: ColorStream): boolean {
  return stream.isTTY === true && stream.hasColors?.() === true;
}

// Control characters but tab and newline.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const UNPRINTABLES = new RegExp(UNPRINTABLE, 'g');

/**
 * Shows control characters as escapes, so that what a client sent cannot steer the terminal of who reads the log.
 * Deviation: Tornado does so for errors only. Newlines stay newlines (LOG-5).
 */
function printable(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(UNPRINTABLES, (char) => escapeCode(char.charCodeAt(0)));
}
