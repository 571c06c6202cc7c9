// The future of a task. Owns: that the stack of an error from elsewhere tells who waits for it here.
// Must not know: the task.
import { CancelledError, Future } from '@typhoon/concurrent';
import { isUserFrame } from '@typhoon/ioloop';

/**
 * A future whose error, when it is awaited, gets the frames of the async functions that await it; coroutines add theirs by
 * themselves. It costs a promise a time that it is awaited, and the frames only when there is an error.
 */
export class TaskFuture extends Future<unknown> {
  override then<R1 = unknown, R2 = never>(
    onFulfilled?: ((value: unknown) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return super.then(undefined, throwOn).then(onFulfilled, onRejected);
  }
}

const known = new WeakSet<Error>();

/** V8 knows who awaits a promise where the reaction to its rejection runs. */
function throwOn(error: unknown): never {
  if (!(error instanceof Error) || error instanceof CancelledError || known.has(error)) throw error;
  known.add(error);
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, throwOn);
  const frames = String(trace.stack).split('\n').filter(isUserFrame);
  if (frames.length > 0 && Object.isExtensible(error)) {
    const value = [String(error.stack), ...frames].join('\n');
    Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
  }
  throw error;
}
