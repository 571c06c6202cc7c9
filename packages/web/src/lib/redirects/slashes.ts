// Decorators for paths with and without a slash at their end (WEB-85).
import { sameArguments } from '../arguments/args-spec.ts';
import { HTTPError } from '../errors/http-error.ts';
import { localPath } from './local-path.ts';
import type { RequestHandler } from '../handler/request-handler.ts';

/** Before a method: a path that ends in a slash is redirected to the one without; the root is left alone. */
export function removeslash<This extends RequestHandler, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context?: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
export function removeslash(
  method: (this: RequestHandler, ...args: unknown[]) => unknown,
): unknown {
  return sameArguments(method, function (this: RequestHandler, ...args: unknown[]): unknown {
    const { path } = this.request;
    if (!path.endsWith('/')) return method.apply(this, args);
    const bare = withoutSlashes(path);
    if (bare === '') return method.apply(this, args);
    moveTo(this, bare);
    return undefined;
  });
}

/** Before a method: a path that does not end in a slash is redirected to the one that does. */
export function addslash<This extends RequestHandler, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context?: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
export function addslash(method: (this: RequestHandler, ...args: unknown[]) => unknown): unknown {
  return sameArguments(method, function (this: RequestHandler, ...args: unknown[]): unknown {
    const { path } = this.request;
    if (path.endsWith('/')) return method.apply(this, args);
    moveTo(this, `${path}/`);
    return undefined;
  });
}

function moveTo(handler: RequestHandler, path: string): void {
  const { method, query } = handler.request;
  if (method !== 'GET' && method !== 'HEAD') throw new HTTPError(404);
  const target = localPath(path);
  handler.redirect(query === '' ? target : `${target}?${query}`, { permanent: true });
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charAt(end - 1) === '/') end--;
  return path.slice(0, end);
}
