// Handlers that are cancelled when nobody will get their answer. Owns: who asked for that. Must not know: how it is done.
import type { HandlerSettings } from './handler-settings.ts';

type Verb = (...args: never[]) => unknown;

/** Methods that asked for it. */
const asked = new WeakSet<Verb>();

/**
 * Before a verb's method: what it waits for is cancelled, it itself if it is a coroutine, when nobody will get the answer: the
 * client is gone, the request's deadline has passed, the server gives up. Every `finally` runs. It is the first of the method's
 * decorators, above `@coroutine`. For a whole class there is
 * `static cancelOnDisconnect = true`, for all handlers the application's setting of that name.
 *
 * @throws TypeError before anything but a method.
 */
export function cancelOnDisconnect<M extends Verb>(
  method: M,
  context?: ClassMethodDecoratorContext,
): M {
  const kind: string | undefined = context?.kind;
  if (typeof method !== 'function' || (kind !== undefined && kind !== 'method')) {
    throw new TypeError('@cancelOnDisconnect stands before a method');
  }
  asked.add(method);
  return method;
}

/** Whether this method of this class is to be cancelled: the method's word counts, then the class's, then the application's. */
export function isCancelled(
  verb: Verb | null,
  ofClass: boolean | null,
  settings: HandlerSettings,
): boolean {
  if (verb !== null && asked.has(verb)) return true;
  return ofClass ?? settings.cancelOnDisconnect ?? false;
}
