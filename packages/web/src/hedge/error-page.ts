// The error page (WEB-58).
import { xhtmlEscape } from '@typhoon/escape';

/** What is known of an error when its page is written. */
export interface ErrorInfo {
  /** What was thrown, if something was (WEB-66). */
  readonly error?: unknown;
  /** Reason phrase in place of the standard one. */
  readonly reason?: string;
}

/** The default page; the stack in plain text where `isTraceShown`. */
export function errorPage(
  status: number,
  reason: string,
  error: unknown,
  isTraceShown: boolean,
): { readonly contentType: string; readonly text: string } {
  if (isTraceShown && error !== undefined) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { contentType: 'text/plain; charset=UTF-8', text };
  }
  const line = xhtmlEscape(`${status}: ${reason}`);
  return {
    contentType: 'text/html; charset=UTF-8',
    text: `<html><title>${line}</title><body>${line}</body></html>`,
  };
}
