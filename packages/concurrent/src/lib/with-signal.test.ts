import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CancelledError } from './future-error.ts';
import { Future } from './future.ts';
import { withSignal } from './with-signal.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('withSignal', () => {
  it('cancels the work when the signal aborts, with its reason', async () => {
    const controller = new AbortController();
    const work = new Future<number>();
    const future = withSignal(controller.signal, work);
    controller.abort('gone');
    await expect(future).rejects.toThrow(CancelledError);
    await expect(work).rejects.toMatchObject({ cause: 'gone' });
  });

  it('gives the end of work that makes it', async () => {
    const { signal } = new AbortController();
    expect(await withSignal(signal, Promise.resolve(1))).toBe(1);
    await expect(withSignal(signal, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  });

  it('does not call a function when the signal has aborted already, and cancels work that is there', async () => {
    const signal = AbortSignal.abort('early');
    const never = withSignal(signal, () => {
      throw new Error('called');
    });
    expect(never.cancelled()).toBe(true);
    const work = new Future<void>();
    await expect(withSignal(signal, work)).rejects.toMatchObject({ cause: 'early' });
    expect(work.cancelled()).toBe(true);
  });

  it('without a signal, or with settled work, is the work itself', () => {
    const work = new Future<void>();
    const { signal } = new AbortController();
    expect(withSignal(null, work)).toBe(work);
    expect(withSignal(undefined, work)).toBe(work);
    const settled = Future.resolved(1);
    expect(withSignal(signal, settled)).toBe(settled);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves work alone that others wait for, too', async () => {
    const controller = new AbortController();
    const work = new Future<number>();
    const other = withSignal(new AbortController().signal, work);
    const mine = withSignal(controller.signal, work);
    controller.abort();
    await expect(mine).rejects.toThrow(CancelledError);
    work.setResult(1);
    expect(await other).toBe(1);
  });

  it('has one listener, however many wait, and none when they have ended', async () => {
    const { signal } = new AbortController();
    const works = Array.from({ length: 100 }, () => new Future<void>());
    const futures = works.map((work) => withSignal(signal, work));
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    for (const [at, future] of futures.entries()) {
      if (at % 2 === 0) future.cancel();
      else works[at]?.setResult();
    }
    await Promise.allSettled(futures);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves nothing with the signal: 50,000 cancelled one by one, the heap is flat', async () => {
    const { signal } = new AbortController();
    const churn = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        withSignal(signal, new Future<void>()).cancel();
        if (i % 1000 === 0) await new Promise(setImmediate);
      }
      await new Promise(setImmediate);
    };
    const heapUsed = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    await churn(5000);
    const before = heapUsed();
    await churn(50_000);
    // One word kept for each would be 400,000 bytes.
    expect(heapUsed() - before).toBeLessThan(200_000);
  });

  it('cancels 50,000 that wait at once, and leaves nothing', async () => {
    const controller = new AbortController();
    const futures = Array.from({ length: 50_000 }, () =>
      withSignal(controller.signal, new Future<void>()),
    );
    controller.abort();
    await new Promise(setImmediate);
    expect(futures.every((future) => future.cancelled())).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
