import { Future, TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lock } from './lock.ts';

let clock: VirtualClock;
let loop: IOLoop;
let lock: Lock;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
  lock = new Lock();
});

afterEach(() => {
  loop.close();
});

describe('Lock', () => {
  it('lets one in at a time, first come, first served (LCK-10)', async () => {
    const history: number[] = [];
    const work = async (n: number): Promise<void> => {
      using held = await lock.acquire();
      history.push(n);
      await Promise.resolve();
      history.push(n);
    };
    await Promise.all([1, 2, 3, 4].map(work));
    expect(history).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it('is not re-entrant: who holds it waits for it like others (LCK-10)', async () => {
    using held = await lock.acquire();
    const again = lock.acquire(50);
    expect(again.done()).toBe(false);
    await clock.advance(50);
    await expect(again).rejects.toThrow(TimeoutError);
  });

  it('is over at once with a timeout of 0 (LCK-12)', async () => {
    using held = await lock.acquire();
    const waiting = lock.acquire(0);
    await clock.advance(0);
    await expect(waiting).rejects.toThrow(TimeoutError);
  });

  it('that nobody holds cannot be released (LCK-9)', () => {
    const release = (): void => {
      lock.release();
    };
    const error = { code: 'ERR_NOT_ACQUIRED', message: 'release unlocked lock' };
    expect(release).toThrow(expect.objectContaining(error));
    lock.acquire();
    release();
    expect(release).toThrow(expect.objectContaining(error));
  });

  it('has a text form (LCK-11)', () => {
    expect(String(lock)).toBe('<Lock [unlocked,value:1]>');
    lock.acquire();
    void lock.acquire();
    expect(String(lock)).toBe('<Lock [locked,waiters:1]>');
  });

  it('is no resource itself: plain using fails before the block begins (LCK-7)', () => {
    let isInside = false;
    expect(() => {
      // @ts-expect-error it has to be acquired first
      using held = lock;
      isInside = true;
    }).toThrow(TypeError);
    expect(isInside).toBe(false);
  });

  it('cannot be waited for by mistake: neither thenable nor iterable (LCK-7)', async () => {
    expect('then' in lock || Symbol.iterator in lock).toBe(false);
    await expect(Promise.resolve(lock)).resolves.toBe(lock);
  });
});

describe('run', () => {
  it('holds the lock until what the work returns is settled, and has its end (LCK-7)', async () => {
    const gate = new Future<string>();
    const running = lock.run(() => gate);
    const next = lock.run(() => 'next');
    await clock.advance(0);
    expect([running.done(), next.done()]).toEqual([false, false]);
    gate.setResult('done');
    expect([await running, await next]).toEqual(['done', 'next']);
    expect(String(lock)).toBe('<Lock [unlocked,value:1]>');
  });

  it('begins at once when it can, and gives the block nothing (LCK-8)', () => {
    const given = lock.run((...args: unknown[]) => args);
    expect(given.result()).toEqual([]);
  });

  it('releases when the work throws or rejects', async () => {
    const thrown = lock.run(() => {
      throw new Error('thrown');
    });
    await expect(thrown).rejects.toThrow('thrown');
    await expect(lock.run(() => Promise.reject(new Error('rejected')))).rejects.toThrow('rejected');
    expect(lock.acquire().done()).toBe(true);
  });

  it('fails with TimeoutError, the work not begun, when the lock comes too late', async () => {
    lock.acquire();
    let isBegun = false;
    const running = lock.run(() => (isBegun = true), 10);
    await clock.advance(10);
    await expect(running).rejects.toThrow(TimeoutError);
    lock.release();
    await clock.advance(0);
    expect([isBegun, String(lock)]).toEqual([false, '<Lock [unlocked,value:1]>']);
  });

  it('cancelled while it waits gives up its place', async () => {
    lock.acquire();
    const [first, second] = [lock.run(() => 1), lock.run(() => 2)];
    first.cancel();
    lock.release();
    expect([first.cancelled(), await second]).toEqual([true, 2]);
  });

  it('cancelled in the event that hands it the lock passes it on (LCK-10)', async () => {
    lock.acquire();
    let isBegun = false;
    const first = lock.run(() => (isBegun = true));
    const second = lock.run(() => 2);
    lock.release();
    first.cancel();
    expect(await second).toBe(2);
    expect([isBegun, first.cancelled()]).toEqual([false, true]);
  });

  it('cancelled at work cancels the work, and holds the lock until that has ended', async () => {
    const ending = new Future<number>({ onCancel: () => true });
    const running = lock.run(() => ending);
    running.cancel();
    await clock.advance(0);
    expect([running.done(), String(lock)]).toEqual([false, '<Lock [locked]>']);
    ending.setCancelled();
    await clock.advance(0);
    expect([running.cancelled(), String(lock)]).toEqual([true, '<Lock [unlocked,value:1]>']);
  });

  it('cancelled by its own work cancels what the work waits for', async () => {
    const held = await lock.acquire();
    const waiting = new Future<void>();
    const running: Future<void> = lock.run(() => {
      running.cancel();
      return waiting;
    });
    held.release();
    await clock.advance(0);
    expect([waiting.cancelled(), running.cancelled()]).toEqual([true, true]);
    expect(lock.acquire().done()).toBe(true);
  });

  it('keeps the lock while a promise runs on that cannot be stopped', async () => {
    let finish = (_value: number): void => undefined;
    const promise = new Promise<number>((resolve) => (finish = resolve));
    const running = lock.run(() => promise);
    running.cancel();
    await clock.advance(0);
    expect(String(lock)).toBe('<Lock [locked]>');
    finish(7);
    expect(await running).toBe(7);
    expect(String(lock)).toBe('<Lock [unlocked,value:1]>');
  });

  it('says so when the work released the lock itself', async () => {
    const running = lock.run(() => {
      lock.release();
    });
    await expect(running).rejects.toMatchObject({ code: 'ERR_NOT_ACQUIRED' });
  });

  it('calls the work in the context it was given in', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const storage = new AsyncLocalStorage<string>();
    const held = await lock.acquire();
    const seen = storage.run('mine', () => lock.run(() => storage.getStore()));
    storage.run('other', () => {
      held.release();
    });
    expect(await seen).toBe('mine');
  });
});
