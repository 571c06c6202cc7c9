import { describe, expect, it } from 'vitest';
import { abortable } from './abortable.ts';
import { CancelledError } from './future-error.ts';
import { Future } from './future.ts';

/** What an API that knows AbortSignal does. */
function api(signal: AbortSignal, failure?: Error): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(failure ?? new DOMException('aborted', 'AbortError'));
    });
  });
}

describe('abortable', () => {
  it('gives what is promised', async () => {
    expect(await abortable(() => Promise.resolve(1))).toBe(1);
    await expect(abortable(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  });

  it('puts what is thrown at once into the future', async () => {
    const failing = abortable(() => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
  });

  it('aborts the signal when it is cancelled, and ends when the promise has', async () => {
    const future = abortable((signal) => api(signal));
    expect([future.cancel('why'), future.done()]).toEqual([true, false]);
    await expect(future).rejects.toMatchObject({ code: 'ERR_CANCELLED', cause: 'why' });
    expect(future.cancelled()).toBe(true);
  });

  it('fails with what goes wrong while the work is aborted', async () => {
    const future = abortable((signal) => api(signal, new RangeError('closing')));
    future.cancel();
    await expect(future).rejects.toThrow(RangeError);
  });

  it('has the result of work that ends all the same', async () => {
    const future = abortable(() => Promise.resolve('anyway'));
    future.cancel();
    expect(await future).toBe('anyway');
  });

  it('works with real ones', async () => {
    const { setTimeout: wait } = await import('node:timers/promises');
    const future = abortable((signal) => wait(60_000, undefined, { signal }));
    future.cancel();
    await expect(future).rejects.toThrow(CancelledError);
  });
});

describe('the signal of a future', () => {
  it('aborts as soon as the future is cancelled, even if it takes its time to end', () => {
    const future = new Future<void>({ onCancel: () => true });
    const { signal } = future;
    expect(signal.aborted).toBe(false);
    future.cancel('why');
    expect([signal.aborted, signal.reason, future.done()]).toEqual([
      true,
      expect.objectContaining({ code: 'ERR_CANCELLED', cause: 'why' }),
      false,
    ]);
  });

  it('has aborted already when the future was cancelled before', () => {
    const cancelled = new Future<void>();
    cancelled.cancel();
    const ending = new Future<void>({ onCancel: () => true });
    ending.cancel();
    expect([cancelled.signal.aborted, ending.signal.aborted]).toEqual([true, true]);
  });

  it('never aborts when the future ends in another way', () => {
    const future = new Future<void>();
    const { signal } = future;
    future.setResult();
    future.cancel();
    expect([signal.aborted, future.signal]).toEqual([false, signal]);
  });
});
