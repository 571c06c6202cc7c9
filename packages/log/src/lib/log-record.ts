// One thing that was logged. Owns: which argument is the error, and what becomes of a message that cannot be formatted.
// Everything that costs (formatting, the caller's line) is done when it is first asked for.
// Must not know: loggers, handlers, how a line is laid out.
import { readCaller } from './caller.ts';
import { levelName } from './log-level.ts';
import { countPlaceholders, percentFormat } from './percent-format.ts';
import { display, repr } from './repr.ts';

import type { CapturedCaller, Caller } from './caller.ts';

/** A message: text, or bytes, which are read as UTF-8 if they are that (LOG-6). */
export type LogMessage = string | Uint8Array;

/** One thing that was logged, as filters, handlers and sinks get it. */
export class LogRecord {
  /** The logger's name; `root` for the root logger. */
  readonly name: string;
  readonly level: number;
  /** The message before formatting. */
  readonly template: string;
  /** All that was given after the message, the error included. */
  readonly args: readonly unknown[];
  /** When it was logged, in milliseconds since the epoch. */
  readonly createdMs: number;
  readonly #captured: CapturedCaller | null;
  #resolved: { readonly message: string; readonly error: unknown } | null = null;

  /** @param captured What `captureCaller` took, or null if nobody will ask for the caller. */
  constructor(
    name: string,
    level: number,
    message: LogMessage,
    args: readonly unknown[],
    createdMs: number = Date.now(),
    captured: CapturedCaller | null = null,
  ) {
    this.name = name;
    this.level = level;
    this.template = display(message);
    this.args = args;
    this.createdMs = createdMs;
    this.#captured = captured;
  }

  /** The level's name, upper-case. */
  get levelName(): string {
    return levelName(this.level);
  }

  /** The message with its arguments filled in; `Bad message (…): …` if they do not fit (LOG-6). Never throws. */
  get message(): string {
    return (this.#resolved ??= this.#resolve()).message;
  }

  /** What was thrown: the one argument more than the message has placeholders for. Undefined if there is none. */
  get error(): unknown {
    return (this.#resolved ??= this.#resolve()).error;
  }

  /** Where the call stands in the source; unknown (`?`) unless a handler or sink said it needs it. */
  get caller(): Caller {
    return readCaller(this.#captured);
  }

  #resolve(): { message: string; error: unknown } {
    const { template, args } = this;
    if (args.length === 0) return { message: template, error: undefined };
    const hasError = args.length === countPlaceholders(template) + 1;
    const error = hasError ? args.at(-1) : undefined;
    if (hasError && args.length === 1) return { message: template, error };
    try {
      return { message: percentFormat(template, hasError ? args.slice(0, -1) : args), error };
    } catch (reason) {
      const { name } = this;
      const message = `Bad message (${repr(String(reason))}): ${repr({ name, template, args })}`;
      return { message, error: args.findLast((arg) => arg instanceof Error) };
    }
  }
}
