// The decorator for handlers that take the body in pieces (WEB-12, 15).
import { RequestHandler } from '../handler/request-handler.ts';

/** How a handler takes the body. */
export interface StreamRequestBodyOptions {
  /**
   * Whether it asks for the pieces: then the verb's method is called when the head is there, and takes the body from
   * `bodyChunks()` or `parts()`. Default false: `dataReceived` is called with each piece, the verb's method at the end.
   */
  readonly pull?: boolean;
}

type ClassDecorator = <C extends typeof RequestHandler>(
  handlerClass: C,
  context?: ClassDecoratorContext<C>,
) => C;

/**
 * Before a class of handlers, and for those that extend it: `prepare` is called when the head is there, `dataReceived` with
 * each piece of the body, the verb's method at its end; never two of them at once. `request.body` stays empty.
 * `@streamRequestBody({ pull: true })` is for handlers that ask for the body themselves.
 *
 * @throws TypeError before anything but a class of handlers.
 */
export function streamRequestBody<C extends typeof RequestHandler>(
  handlerClass: C,
  context?: ClassDecoratorContext<C>,
): C;
export function streamRequestBody(options: StreamRequestBodyOptions): ClassDecorator;
export function streamRequestBody(
  target: typeof RequestHandler | StreamRequestBodyOptions,
): typeof RequestHandler | ClassDecorator {
  if (typeof target === 'function') return marked(target, false);
  if (!isOptions(target)) throw notAHandler();
  const { pull = false } = target;
  return (handlerClass) => marked(handlerClass, pull);
}

function marked<C extends typeof RequestHandler>(handlerClass: C, pull: boolean): C {
  const isHandler =
    typeof handlerClass === 'function' && handlerClass.prototype instanceof RequestHandler;
  if (!isHandler) throw notAHandler();
  Object.defineProperty(handlerClass, 'streamsRequestBody', { value: true });
  Object.defineProperty(handlerClass, 'pullsRequestBody', { value: pull });
  return handlerClass;
}

function isOptions(target: unknown): target is StreamRequestBodyOptions {
  return typeof target === 'object' && target !== null;
}

function notAHandler(): TypeError {
  return new TypeError('expected subclass of RequestHandler');
}
