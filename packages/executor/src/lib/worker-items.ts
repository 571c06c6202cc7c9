// Tasks whose result is iterated: items go out ahead of the reader, but not further than it allows.
// A part of the worker's program, which is sent as text: it refers to its arguments, to globals and to functions of `PARTS` in
// worker-main.ts alone.
import { executorError } from './worker-errors.ts';
import type { Current } from './worker-context.ts';
import type { Outbox } from './worker-outbox.ts';

/** Sends each item of `source`, at most `window` ahead of the reader; gives what a generator returns. */
export async function sendItems(
  source: unknown,
  window: number,
  current: Current,
  outbox: Outbox,
): Promise<unknown> {
  const { seq } = current;
  const iterable = (typeof source === 'object' && source !== null ? source : {}) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (iterator === undefined) {
    const message = 'a task that is streamed has to give something that can be iterated';
    throw executorError('ERR_TASK_NOT_ITERABLE', message, undefined);
  }
  current.credits = window;
  for (;;) {
    const step = await iterator.next();
    if (step.done === true) return step.value;
    outbox.push(seq, 4, step.value, 0, performance.now());
    outbox.flushSoon();
    current.credits--;
    while (current.credits <= 0 && !current.isCancelled) {
      outbox.flush();
      await new Promise<void>((resolve) => {
        current.wake = resolve;
      });
    }
    current.wake = null;
    if (current.isCancelled) {
      await iterator.return?.();
      throw current.reason;
    }
  }
}
