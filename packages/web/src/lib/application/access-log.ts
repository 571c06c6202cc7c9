// One line for each answer (WEB-64, 65).
import { accessLog, LogLevel } from '@typhoon/log';
import type { RequestHandler } from '../handler/request-handler.ts';

/** Logs status, request and how long it took; by the status at info, warning or error. Costs a comparison when that is off. */
export function logAccess(handler: RequestHandler): void {
  const status = handler.getStatus();
  const level = status < 400 ? LogLevel.INFO : status < 500 ? LogLevel.WARNING : LogLevel.ERROR;
  if (!accessLog.isEnabledFor(level)) return;
  const { request } = handler;
  accessLog.log(level, '%d %s %sms', status, request, request.requestTime().toFixed(2));
}
