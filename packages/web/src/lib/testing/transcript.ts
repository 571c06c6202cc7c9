// What a test asked, what was answered and what was logged meanwhile: told when the test fails.
// Must not know: how requests are sent.
import { accessLog, appLog, genLog, LogLevel, type LogRecord } from '@typhoon/log';
import { stackText } from '../errors/error-page.ts';
import { toBuffer } from '../octets.ts';
import type { HTTPHeaders } from '@typhoon/http1';
import type { AppResponse } from './memory-connection.ts';

/** One request of a test. */
export interface AskedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: HTTPHeaders;
  readonly body: string | Uint8Array;
}

/** Bytes of a body that are shown. */
const SHOWN_BYTES = 1000;
const LOGGERS = [appLog, genLog, accessLog];

/** Takes notes of one test. */
export class Transcript implements Disposable {
  readonly #entries: string[] = [];

  constructor() {
    for (const logger of LOGGERS) logger.addFilter(this.#listen);
  }

  /** A request is sent. */
  asked({ method, target, headers, body }: AskedRequest): void {
    this.#entries.push(messageText(`${method} ${target}`, headers, body));
  }

  /** Its answer has come. */
  answered({ status, reason, headers, body }: AppResponse): void {
    this.#entries.push(messageText(`${status} ${reason}`, headers, body));
  }

  /** There is none. */
  failed(error: unknown): void {
    this.#entries.push(`no answer: ${String(error)}`);
  }

  /** Puts the notes behind the message of what a test failed with, and gives that. */
  explain(error: unknown): unknown {
    if (this.#entries.length === 0) return error;
    const notes = `\n\n${this.#entries.join('\n\n')}\n`;
    if (!(error instanceof Error)) return new Error(`${String(error)}${notes}`, { cause: error });
    const { message, stack = '' } = error;
    error.message = message + notes;
    error.stack = stack.includes(message)
      ? stack.replace(message, () => message + notes)
      : stack + notes;
    return error;
  }

  /** Takes no more notes. */
  [Symbol.dispose](): void {
    for (const logger of LOGGERS) logger.removeFilter(this.#listen);
  }

  readonly #listen = ({ level, levelName, message, error }: LogRecord): boolean => {
    const stack = error === undefined ? '' : `\n${stackText(error)}`;
    if (level >= LogLevel.WARNING)
      this.#entries.push(indented(`log ${levelName}`, message + stack));
    return true;
  };
}

function messageText(first: string, headers: HTTPHeaders, body: string | Uint8Array): string {
  const fields = Array.from(headers.getAll(), ([name, value]) => `${name}: ${value}`);
  const bytes = toBuffer(body);
  const shown = bytes.subarray(0, SHOWN_BYTES).toString();
  const rest = bytes.length > SHOWN_BYTES ? `… ${bytes.length} bytes` : '';
  return indented(first, [...fields, ...(bytes.length === 0 ? [] : ['', shown + rest])].join('\n'));
}

function indented(first: string, rest: string): string {
  return [first, ...rest.split('\n')].join('\n    ').trimEnd();
}
