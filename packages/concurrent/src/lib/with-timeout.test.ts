import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chainFuture,
  futureAddDoneCallback,
  futureSetExceptionUnlessCancelled,
  futureSetResultUnlessCancelled,
} from './chain-future.ts';
import { Future } from './future.ts';
import { CancelledError, TimeoutError } from './future-error.ts';
import { withTimeout } from './with-timeout.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
});

afterEach(() => {
  loop.close();
});

describe('withTimeout', () => {
  it('fails with TimeoutError, and leaves the work alone (GEN-19)', async () => {
    const work = new Future<number>();
    await expect(withTimeout(1000, work)).rejects.toThrow(TimeoutError);
    expect(work.done()).toBe(false);
  });

  it('cancels the work where it is asked to', async () => {
    const work = new Future<number>();
    await expect(withTimeout(1000, work, { cancel: true })).rejects.toThrow(TimeoutError);
    expect(work.cancelled()).toBe(true);
  });

  it('gives the result of work that makes it, also when the deadline is past (GEN-21)', async () => {
    const work = new Future<number>();
    loop.callLater(500, () => {
      work.setResult(1);
    });
    expect(await withTimeout(1000, work)).toBe(1);
    expect(await withTimeout({ at: loop.time() - 1 }, Future.resolved(2))).toBe(2);
  });

  it('takes promises (GEN-39)', async () => {
    expect(await withTimeout(1000, Promise.resolve(1))).toBe(1);
  });

  it('logs an error that comes too late, unless it is quiet (GEN-20)', async () => {
    const late = async (quietExceptions: (typeof RangeError)[]): Promise<void> => {
      const work = new Future<never>();
      await expect(withTimeout(10, work, { quietExceptions })).rejects.toThrow(TimeoutError);
      work.setException(new RangeError('late'));
      await new Promise(setImmediate);
    };
    const log = new ExpectLog('typhoon.application', /Exception in Future after timeout/);
    await log.run(() => late([]));
    const quiet = new ExpectLog('typhoon.application', /Exception in Future after timeout/, {
      required: false,
    });
    await quiet.run(() => late([RangeError]));
    expect(quiet.matched).toBe(false);
  });

  it('that is cancelled cancels the work', () => {
    const work = new Future<number>();
    withTimeout(1000, work).cancel();
    expect(work.cancelled()).toBe(true);
  });

  it('that is cancelled leaves work alone for which others wait', async () => {
    const work = new Future<number>();
    const other = withTimeout(1000, work);
    const mine = withTimeout(1000, work);
    mine.cancel();
    expect([mine.cancelled(), work.done()]).toEqual([true, false]);
    work.setResult(3);
    expect(await other).toBe(3);
  });
});

describe('chainFuture', () => {
  it('copies result, error and cancellation, one way (CON-8)', async () => {
    const pairs = [0, 1, 2].map(() => [new Future<number>(), new Future<number>()] as const);
    for (const [from, to] of pairs) chainFuture(from, to);
    pairs[0]?.[0].setResult(1);
    pairs[1]?.[0].setException(new Error('x'));
    pairs[2]?.[0].cancel();
    await new Promise(setImmediate);
    expect(pairs[0]?.[1].result()).toBe(1);
    expect(() => pairs[1]?.[1].result()).toThrow('x');
    expect(pairs[2]?.[1].cancelled()).toBe(true);
  });

  it('leaves a target alone that is settled (CON-8)', async () => {
    const from = new Future<number>();
    const to = Future.resolved(1);
    chainFuture(from, to);
    from.setResult(2);
    await new Promise(setImmediate);
    expect(to.result()).toBe(1);
  });
});

describe('the helpers', () => {
  it('settle unless cancelled, and log an error that has nowhere to go (CON-7)', () => {
    const future = new Future<number>();
    future.cancel();
    futureSetResultUnlessCancelled(future, 1);
    new ExpectLog('typhoon.application', /Exception after Future was cancelled/).run(() => {
      futureSetExceptionUnlessCancelled(future, new Error('late'));
    });
    expect(() => future.result()).toThrow(CancelledError);
  });

  it('call back at once when the future is settled (CON-2)', () => {
    let seen = 0;
    futureAddDoneCallback(Future.resolved(5), (done) => (seen = done.result()));
    expect(seen).toBe(5);
  });
});
