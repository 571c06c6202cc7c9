// The decorator of the callback style (WEB-9).
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { endInFailure } from '../errors/handler-failure.ts';
import { stateOf } from '../handler/request-reader.ts';
import type { RequestHandler } from '../handler/request-handler.ts';

/**
 * Before a method: its end is not the end of the answer, a callback will call `finish` or `render` later. If the method
 * returns a future, that one's end is. What a callback of the loop throws is answered like what the method throws: the
 * method runs in an `ExceptionStackContext`.
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
    const context = new ExceptionStackContext((error) => {
      endInFailure(this, state, error);
      return true;
    });
    const result = context.run(() => method.apply(this, args));
    if (result !== undefined && result !== null) state.isAutoFinishOn = true;
    return result;
  };
}
