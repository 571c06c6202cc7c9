// The callback style of 2009 (WEB-9).
import type { RequestHandler } from './request-handler.ts';

/** The method's return does not end the request: a callback will, by calling `finish` or `render`. */
export function asynchronous<This extends RequestHandler, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  _context: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R {
  return function (...args: A): R {
    this.disableAutoFinish();
    return method.apply(this, args);
  };
}
