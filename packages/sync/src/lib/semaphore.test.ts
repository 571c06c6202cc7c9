import { CancelledError, TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoundedSemaphore, Semaphore } from './semaphore.ts';

let clock: VirtualClock;
let loop: IOLoop;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
});

afterEach(() => {
  loop.close();
});

describe('Semaphore', () => {
  it('has a whole number of permits, not negative (LCK-6)', () => {
    const negative = new RangeError('semaphore initial value must be >= 0, not -1');
    expect(() => new Semaphore(-1)).toThrow(negative);
    expect(() => new BoundedSemaphore(-1)).toThrow(negative);
    expect(() => new Semaphore(1.5)).toThrow(RangeError);
    expect(() => new Semaphore(NaN)).toThrow(RangeError);
  });

  it('lets in as many at once as it has permits', () => {
    const semaphore = new Semaphore(2);
    const futures = [semaphore.acquire(), semaphore.acquire(), semaphore.acquire()];
    expect(futures.map((future) => future.done())).toEqual([true, true, false]);
  });

  it('starts locked with no permits', () => {
    const semaphore = new Semaphore(0);
    const waiting = semaphore.acquire();
    expect(waiting.done()).toBe(false);
    semaphore.release();
    expect(waiting.done()).toBe(true);
  });

  it('hands a permit to who has waited longest and is still there (LCK-6)', async () => {
    const semaphore = new Semaphore(1);
    semaphore.acquire();
    const [tooLate, cancelled, third, fourth] = [
      semaphore.acquire(10),
      semaphore.acquire(),
      semaphore.acquire(100),
      semaphore.acquire(),
    ];
    await clock.advance(10);
    cancelled.cancel();
    semaphore.release();
    expect([third.done(), fourth.done(), clock.pendingTimers]).toEqual([true, false, 0]);
    await expect(tooLate).rejects.toThrow(TimeoutError);
    await expect(cancelled).rejects.toThrow(CancelledError);
  });

  it('does not let a newcomer past those who wait', () => {
    const semaphore = new Semaphore();
    semaphore.acquire();
    const waiting = semaphore.acquire();
    semaphore.release();
    expect([waiting.done(), semaphore.acquire().done()]).toEqual([true, false]);
  });

  it('fails with TimeoutError when the time is over (LCK-6)', async () => {
    const semaphore = new Semaphore(0);
    const waiting = semaphore.acquire({ at: 20 });
    await clock.advance(20);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    semaphore.release();
    expect(String(semaphore)).toBe('<Semaphore [unlocked,value:1]>');
  });

  it('is over at once with a timeout of 0, unless a permit is free (LCK-12)', async () => {
    const semaphore = new Semaphore(1);
    expect(semaphore.acquire(0).done()).toBe(true);
    const waiting = semaphore.acquire(0);
    await clock.advance(0);
    await expect(waiting).rejects.toThrow(TimeoutError);
  });

  it('keeps nothing of five hundred who ran out of time (LCK-4)', async () => {
    const semaphore = new Semaphore(0);
    for (let i = 0; i < 500; i++) semaphore.acquire(1).then(null, () => undefined);
    await clock.advance(1);
    expect(String(semaphore)).toBe('<Semaphore [locked]>');
  });

  it('may be released more often than it was acquired', () => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    expect(String(semaphore)).toBe('<Semaphore [unlocked,value:2]>');
  });

  it('bounded, may not (LCK-9)', () => {
    const semaphore = new BoundedSemaphore(2);
    semaphore.acquire();
    semaphore.release();
    const error = { code: 'ERR_NOT_ACQUIRED', message: 'Semaphore released too many times' };
    expect(() => {
      semaphore.release();
    }).toThrow(expect.objectContaining(error));
    expect(String(semaphore)).toBe('<BoundedSemaphore [unlocked,value:2]>');
  });

  it('shows whether it is locked, its value and who waits (LCK-11)', () => {
    const semaphore = new Semaphore(1);
    expect(String(semaphore)).toBe('<Semaphore [unlocked,value:1]>');
    semaphore.acquire();
    expect(String(semaphore)).toBe('<Semaphore [locked]>');
    void semaphore.acquire();
    void semaphore.acquire();
    expect(String(semaphore)).toBe('<Semaphore [locked,waiters:2]>');
  });
});

describe('what acquire gives', () => {
  it('releases at the end of the block, however that ends (LCK-7)', async () => {
    const semaphore = new BoundedSemaphore(1);
    const work = async (fail: boolean): Promise<string> => {
      using held = await semaphore.acquire();
      if (fail) throw new Error('in the block');
      return String(semaphore);
    };
    expect(await work(false)).toBe('<BoundedSemaphore [locked]>');
    await expect(work(true)).rejects.toThrow('in the block');
    expect(String(semaphore)).toBe('<BoundedSemaphore [unlocked,value:1]>');
  });

  it('works with await using, too (LCK-7)', async () => {
    const semaphore = new BoundedSemaphore(1);
    {
      // eslint-disable-next-line @typescript-eslint/await-thenable -- the language takes what `using` takes
      await using held = await semaphore.acquire();
      expect(String(semaphore)).toBe('<BoundedSemaphore [locked]>');
    }
    expect(String(semaphore)).toBe('<BoundedSemaphore [unlocked,value:1]>');
  });

  it('releases once, however often it is asked', async () => {
    const semaphore = new Semaphore(1);
    {
      using held = await semaphore.acquire();
      held.release();
      held.release();
    }
    expect(String(semaphore)).toBe('<Semaphore [unlocked,value:1]>');
  });

  it('hands the permit over to the next block in line', async () => {
    const semaphore = new Semaphore(2);
    let inside = 0;
    let most = 0;
    const work = async (ms: number): Promise<void> => {
      using held = await semaphore.acquire();
      most = Math.max(most, ++inside);
      await new Promise<void>((resolve) => loop.callLater(ms, resolve));
      inside--;
    };
    const all = Promise.all([5, 1, 4, 2, 3].map(work));
    await clock.advance(100);
    await all;
    expect([most, inside]).toEqual([2, 0]);
  });
});
