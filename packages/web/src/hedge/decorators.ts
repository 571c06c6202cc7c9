// Decorators of handler methods (WEB-84, 85).
import { urlConcat } from '@typhoon/http1';
import { HTTPError } from './http-error.ts';
import type { RequestHandler } from './request-handler.ts';

type Method<This, A extends unknown[], R> = (this: This, ...args: A) => R;
type Context<This, A extends unknown[], R> = ClassMethodDecoratorContext<This, Method<This, A, R>>;

/** The method is for users who are known: others are sent to `loginUrl`, or refused with 403 when they post. */
export function authenticated<This extends RequestHandler, A extends unknown[], R>(
  method: Method<This, A, R>,
  _context: Context<This, A, R>,
): Method<This, A, R | undefined> {
  return function (...args: A): R | undefined {
    if (this.currentUser !== null && this.currentUser !== undefined)
      return method.apply(this, args);
    const { request } = this;
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new HTTPError(403);
    const login = this.getLoginUrl();
    const next = /^https?:/i.test(login) ? request.fullUrl() : request.uri;
    this.redirect(login.includes('?') ? login : urlConcat(login, { next }));
    return undefined;
  };
}

/** Redirects `/path/` to `/path`. */
export function removeslash<This extends RequestHandler, A extends unknown[], R>(
  method: Method<This, A, R>,
  _context: Context<This, A, R>,
): Method<This, A, R | undefined> {
  return function (...args: A): R | undefined {
    const path = this.request.path.replace(/\/+$/, '');
    if (!this.request.path.endsWith('/') || path === '') return method.apply(this, args);
    return moved(this, path);
  };
}

/** Redirects `/path` to `/path/`. */
export function addslash<This extends RequestHandler, A extends unknown[], R>(
  method: Method<This, A, R>,
  _context: Context<This, A, R>,
): Method<This, A, R | undefined> {
  return function (...args: A): R | undefined {
    if (this.request.path.endsWith('/')) return method.apply(this, args);
    return moved(this, `${this.request.path}/`);
  };
}

/** SEC-35: `//host` would be another site, so leading slashes become one. */
function moved(handler: RequestHandler, path: string): undefined {
  const { method, query } = handler.request;
  if (method !== 'GET' && method !== 'HEAD') throw new HTTPError(404);
  const target = path.replace(/^\/+/, '/');
  handler.redirect(query === '' ? target : `${target}?${query}`, { permanent: true });
  return undefined;
}
