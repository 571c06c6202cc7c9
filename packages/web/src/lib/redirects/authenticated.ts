// The decorator for methods that need a user (WEB-84).
import { encodeQs, urlSplit } from '@typhoon/http1';
import { sameArguments } from '../arguments/args-spec.ts';
import { HTTPError } from '../errors/http-error.ts';
import type { RequestHandler } from '../handler/request-handler.ts';

/**
 * Before a method: without a `currentUser`, GET and HEAD are redirected to the login URL, which gets where to come back to
 * as `next`; other methods are answered 403.
 */
export function authenticated<This extends RequestHandler, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context?: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
export function authenticated(
  method: (this: RequestHandler, ...args: unknown[]) => unknown,
): unknown {
  return sameArguments(method, function (this: RequestHandler, ...args: unknown[]): unknown {
    if (isSomebody(this.currentUser)) return method.apply(this, args);
    const { request } = this;
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new HTTPError(403);
    this.redirect(loginUrl(this));
    return undefined;
  });
}

function isSomebody(user: unknown): boolean {
  return user !== null && user !== undefined && user !== false && user !== '' && user !== 0;
}

function loginUrl(handler: RequestHandler): string {
  const url = handler.getLoginUrl();
  if (url.includes('?')) return url;
  const { request } = handler;
  const next = urlSplit(url).scheme === '' ? request.uri : request.fullUrl();
  return `${url}?${encodeQs([['next', next]])}`;
}
