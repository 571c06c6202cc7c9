// What the client of a failed request sees where nobody says otherwise (WEB-58).
import { xhtmlEscape } from '@typhoon/escape';

/** More about an answer that tells of an error. */
export interface ErrorInfo {
  /** What was thrown; absent where the handler itself chose the status (WEB-66). */
  readonly error?: unknown;
  /** Reason phrase. Default: the error's, or the standard one. */
  readonly reason?: string;
}

/** A page of two words. */
export function errorPage(statusCode: number, reason: string): string {
  const text = xhtmlEscape(`${statusCode}: ${reason}`);
  return `<html><title>${text}</title><body>${text}</body></html>`;
}

/** The stack and those of the causes. */
export function stackText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackText(error.cause)}`;
  return (error.stack ?? String(error)) + cause;
}
