// What a handler throws to say how its request ends (WEB-57 to 63).
import { responses } from '@typhoon/http1';

/** More about an HTTPError. */
export interface HTTPErrorOptions extends ErrorOptions {
  /** Reason phrase of the status line. Default: the standard one. */
  readonly reason?: string;
}

/** Ends the request with this status and its error page. */
export class HTTPError extends Error {
  override readonly name: string = 'HTTPError';
  /** The answer's status. */
  readonly statusCode: number;
  /** For the log, never for the client; `%s` and `%d` stand for the arguments. Null: nothing is logged. */
  readonly logMessage: string | null;
  /** What the log message speaks of; without any, a `%` in the message is itself (WEB-63). */
  readonly args: readonly unknown[];
  /** Null for the standard phrase. */
  readonly reason: string | null;

  /** @param statusCode Default 500. */
  constructor(
    statusCode = 500,
    logMessage?: string | null,
    args: readonly unknown[] = [],
    { reason, ...options }: HTTPErrorOptions = {},
  ) {
    const log = logMessage === undefined || logMessage === null ? '' : filledIn(logMessage, args);
    const phrase = reason ?? responses.get(statusCode) ?? 'Unknown';
    super(`HTTP ${statusCode}: ${phrase}${log === '' ? '' : ` (${log})`}`, options);
    this.statusCode = statusCode;
    this.logMessage = logMessage ?? null;
    this.args = args;
    this.reason = reason ?? null;
  }

  /** The log message with its arguments; empty where there is none. */
  getMessage(): string {
    return this.logMessage === null ? '' : filledIn(this.logMessage, this.args);
  }
}

/** An argument that the handler needs is not there: 400 (WEB-25). */
export class MissingArgumentError extends HTTPError {
  override readonly name: string = 'MissingArgumentError';
  /** The argument's name. */
  readonly argName: string;

  constructor(argName: string) {
    super(400, 'Missing argument %s', [argName]);
    this.argName = argName;
  }
}

/** Ends the request as it is, without an error page and without a word in the log (WEB-62). */
export class Finish extends Error {
  override readonly name: string = 'Finish';
  /** Written before the end, as by `finish`; undefined for nothing. */
  readonly chunk: string | Uint8Array | object | undefined;

  constructor(chunk?: string | Uint8Array | object) {
    super('the request is finished');
    this.chunk = chunk;
  }
}

function filledIn(message: string, args: readonly unknown[]): string {
  if (args.length === 0) return message;
  let next = 0;
  return message.replace(/%([sdr%])/g, (all, kind: string) => {
    if (kind === '%') return '%';
    if (next >= args.length) return all;
    const value = args[next++];
    return kind === 'r' && typeof value === 'string' ? JSON.stringify(value) : String(value);
  });
}
