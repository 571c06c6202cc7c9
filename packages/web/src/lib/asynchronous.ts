// The decorator of the callback style (WEB-9).
import { stateOf, type RequestHandler } from './request-handler.ts';

/**
 * Before a method: its end is not the end of the answer, a callback will call `finish` or `render` later. If the method
 * returns a future, that one's end is.
 */
export function asynchronous<This extends RequestHandler, A extends unknown[], R>(
  method: (this: This, ...args: A) => R,
  context?: ClassMethodDecoratorContext<This, (this: This, ...args: A) => R>,
): (this: This, ...args: A) => R;
export function asynchronous(
  method: (this: RequestHandler, ...args: unknown[]) => unknown,
): unknown {
  return function (this: RequestHandler, ...args: unknown[]): unknown {
    const state = stateOf(this);
    state.isAutoFinishOn = false;
    const result = method.apply(this, args);
    if (result !== undefined && result !== null) state.isAutoFinishOn = true;
    return result;
  };
}
