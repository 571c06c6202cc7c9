// The decorator for handlers that take the body in pieces (WEB-12, 15).
import { RequestHandler } from '../handler/request-handler.ts';

/**
 * Before a class of handlers, and for those that extend it: `prepare` is called when the head is there, `dataReceived` with
 * each piece of the body, the verb's method at its end; never two of them at once. `request.body` stays empty.
 *
 * @throws TypeError before anything but a class of handlers.
 */
export function streamRequestBody<C extends typeof RequestHandler>(
  handlerClass: C,
  _context?: ClassDecoratorContext<C>,
): C {
  const isHandler =
    typeof handlerClass === 'function' && handlerClass.prototype instanceof RequestHandler;
  if (!isHandler) throw new TypeError('expected subclass of RequestHandler');
  Object.defineProperty(handlerClass, 'streamsRequestBody', { value: true });
  return handlerClass;
}
