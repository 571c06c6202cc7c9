// What becomes of a request whose handler failed (WEB-57 to 62). Owns: which status, which log, and that nothing a handler
// does while it fails leaves the client without an answer. Must not know: how the page looks.
import { isThenable } from '@typhoon/ioloop';
import { HTTPInputError } from '@typhoon/http1';
import { appLog, genLog } from '@typhoon/log';
import { Finish, HTTPError } from './http-error.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { ErrorInfo } from './error-page.ts';
import type { HandlerState } from '../handler/handler-state.ts';

/** All that is asked of a handler here. */
export interface FailingHandler {
  readonly request: HTTPServerRequest;
  clear(): void;
  setStatus(statusCode: number, reason?: string | null): void;
  finish(chunk?: string | Uint8Array | object): unknown;
  sendError(statusCode: number, info: ErrorInfo): void;
  writeError(statusCode: number, info: ErrorInfo): unknown;
  logException(error: unknown): void;
}

/** Whatever was thrown, and wherever: the request ends, with an answer if that is still possible, and nobody else's does. */
export function endInFailure(handler: FailingHandler, state: HandlerState, thrown: unknown): void {
  const { response } = state;
  try {
    handleFailure(handler, state, thrown);
  } catch (reason) {
    appLog.error('Uncaught exception while an error was answered', reason);
    response.isFinished = true;
  }
  if (response.isFinished && !response.isComplete) {
    handler.request.connection.context.transport.close();
  }
}

function handleFailure(handler: FailingHandler, state: HandlerState, thrown: unknown): void {
  if (thrown instanceof Finish) {
    if (!state.response.isFinished) handler.finish(thrown.chunk);
    return;
  }
  const error = thrown instanceof HTTPInputError ? invalidBody(thrown) : thrown;
  try {
    handler.logException(error);
  } catch (reason) {
    appLog.error('Error in exception logger', reason);
  }
  if (state.response.isFinished) return;
  handler.sendError(error instanceof HTTPError ? error.statusCode : 500, { error });
}

/** The default of `logException` (WEB-60, 61). */
export function logFailure(handler: FailingHandler, error: unknown): void {
  if (!(error instanceof HTTPError)) {
    appLog.error('Uncaught exception %s', handler.request, error);
  } else if (error.logMessage !== null) {
    genLog.warning('%d %s: %s', error.statusCode, handler.request, error.getMessage());
  }
}

/** The default of `sendError` (WEB-57). */
export function answerWithError(
  handler: FailingHandler,
  state: HandlerState,
  statusCode: number,
  info: ErrorInfo,
): void {
  const { response } = state;
  if (response.isHeadSent) {
    genLog.error('Cannot send error response after headers written');
    if (!response.isFinished) finishPartly(handler);
    return;
  }
  handler.clear();
  const { error } = info;
  handler.setStatus(statusCode, info.reason ?? (error instanceof HTTPError ? error.reason : null));
  if (statusCode === 304 || statusCode === 204) {
    handler.finish();
    return;
  }
  try {
    const work = handler.writeError(statusCode, info);
    if (isThenable(work)) {
      finishLater(handler, state, work);
      return;
    }
  } catch (reason) {
    appLog.error('Uncaught exception in write_error', reason);
  }
  if (!response.isFinished) handler.finish();
}

function invalidBody(error: HTTPInputError): HTTPError {
  return new HTTPError(error.status, 'Invalid body: %s', [error.message], { cause: error });
}

function finishPartly(handler: FailingHandler): void {
  try {
    handler.finish();
  } catch (reason) {
    genLog.error('Failed to flush partial response', reason);
  }
}

function finishLater(
  handler: FailingHandler,
  state: HandlerState,
  work: PromiseLike<unknown>,
): void {
  const { response } = state;
  state.isAutoFinishOn = false;
  const finish = (): void => {
    if (!response.isFinished) finishPartly(handler);
  };
  work.then(finish, (reason: unknown) => {
    appLog.error('Uncaught exception in write_error', reason);
    finish();
  });
}
