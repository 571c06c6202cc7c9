// What requests leave in the logs (WEB-60, 61, 64).
// HOT: `pnpm bench http`
import { accessLog, appLog, genLog } from '@typhoon/log';
import { HTTPError } from './http-error.ts';
import type { RequestHandler } from './request-handler.ts';

const INFO = 20;
const WARNING = 30;
const ERROR = 40;

/** One line for a finished request: info below 400, warning below 500, else error. */
export function logAccess(handler: RequestHandler): void {
  const status = handler.getStatus();
  const level = status < 400 ? INFO : status < 500 ? WARNING : ERROR;
  if (!accessLog.isEnabledFor(level)) return;
  const { request } = handler;
  accessLog.log(level, '%d %s %.2fms', status, summary(handler), request.requestTime());
}

/** An HTTPError with a message is a warning, anything else an error with its stack. */
export function logRequestError(
  handler: RequestHandler,
  message: string | null,
  error: unknown,
): void {
  if (error instanceof HTTPError) {
    if (error.logMessage === null) return;
    genLog.warning('%d %s: %s', error.status, summary(handler), error.logMessage);
    return;
  }
  const text = message ?? 'Uncaught exception';
  if (error === undefined) genLog.error('%s %s', text, summary(handler));
  else appLog.error('%s %s', text, summary(handler), error);
}

function summary({ request }: RequestHandler): string {
  return `${request.method} ${request.uri} (${request.remoteIp})`;
}
