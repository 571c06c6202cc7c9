// Answers with one status, whatever is asked: 404 where no rule matches (WEB-11).
import { HTTPError } from './http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';

/** Answers every method with an error page. Its rule's options: `{ statusCode }`. */
export class ErrorHandler extends RequestHandler {
  override initialize(options: { readonly statusCode: number }): void {
    this.setStatus(options.statusCode);
  }

  override prepare(): never {
    throw new HTTPError(this.getStatus());
  }

  /** A POST to a missing page is 404, not 403 (WEB-43). */
  override checkXsrfCookie(): void {
    // Nothing is changed here.
  }
}
