// Handlers for what needs none of its own: errors, redirects, passing on (WEB-11, 43, 98, 99).
import { HTTPError } from './http-error.ts';
import { RequestHandler } from './request-handler.ts';
import { urlConcat } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** Answers everything with one error status. */
export class ErrorHandler extends RequestHandler {
  #status = 404;

  override initialize({ statusCode }: { readonly statusCode: number }): void {
    this.#status = statusCode;
  }

  override prepare(): never {
    throw new HTTPError(this.#status);
  }

  /** A form posted to a URL that is not there is 404, not 403 (WEB-43). */
  override checkXsrfCookie(): void {
    // nothing to protect
  }
}

/** Redirects to a URL; `{0}` or `{name}` in it are filled from the path's groups (WEB-98). */
export class RedirectHandler extends RequestHandler {
  #url = '';
  #permanent = true;

  override initialize({
    url,
    permanent = true,
  }: {
    readonly url: string;
    readonly permanent?: boolean;
  }): void {
    this.#url = url;
    this.#permanent = permanent;
  }

  override get(): void {
    const url = this.#url.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const value = this.pathKwargs === null ? this.pathArgs[Number(name)] : this.pathKwargs[name];
      return value ?? '';
    });
    const pairs: [string, string][] = [];
    for (const [name, values] of this.request.queryArguments) {
      for (const value of values) pairs.push([name, Buffer.from(value).toString()]);
    }
    this.redirect(pairs.length === 0 ? url : urlConcat(url, pairs), { permanent: this.#permanent });
  }
}

/** Hands the request to something else that answers requests (WEB-99). */
export class FallbackHandler extends RequestHandler {
  #fallback: ((request: HTTPServerRequest) => unknown) | null = null;

  override initialize({
    fallback,
  }: {
    readonly fallback: (request: HTTPServerRequest) => unknown;
  }): void {
    this.#fallback = fallback;
  }

  override prepare(): void {
    this.#fallback?.(this.request);
    this.markFinished();
  }
}
