// Hands requests to another application (WEB-99).
import { RequestHandler } from '../handler/request-handler.ts';
import { stateOf } from '../handler/request-reader.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** What answers instead: an application, or a function; through `request.connection`. */
export type Fallback =
  ((request: HTTPServerRequest) => unknown) | { handle(request: HTTPServerRequest): unknown };

/** Hands every request over. Its rule's options: `{ fallback }`. */
export class FallbackHandler extends RequestHandler {
  #fallback: Fallback | null = null;

  override initialize(options: { readonly fallback: Fallback }): void {
    this.#fallback = options.fallback;
  }

  override prepare(): void {
    const fallback = this.#fallback;
    stateOf(this).response.abandon();
    if (typeof fallback === 'function') fallback(this.request);
    else fallback?.handle(this.request);
    this.onFinish();
  }
}
