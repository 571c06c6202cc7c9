import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { IOLoop } from './ioloop.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import type { ClockTimer } from './clock.ts';
import type { Timeout, TimeoutHandle } from './timeout.ts';

let clock: VirtualClock;
let loop: IOLoop;
let seen: unknown[];

beforeEach(() => {
  clock = new VirtualClock({ startMs: 1000, autoJump: false });
  loop = new IOLoop({ clock });
  seen = [];
});

afterEach(() => {
  loop.close();
});

function see(what: unknown): void {
  seen.push(what);
}

describe('timers', () => {
  it('fire in the order of their deadlines', async () => {
    loop.callLater(30, see, 'c');
    loop.callAt(1010, see, 'a');
    loop.addTimeout({ at: 1020 }, see, 'b');
    loop.addTimeout(40, see, 'd');
    await clock.advance(40);
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('fire in the order of their making at the same deadline (IOL-5)', async () => {
    loop.callLater(0, see, 'a');
    loop.callLater(0, see, 'b');
    await clock.advance(0);
    expect(seen).toEqual(['a', 'b']);
  });

  it('fire on the system clock in the order of their making (IOL-5)', async () => {
    const real = new IOLoop();
    await new Promise<void>((resolve) => {
      real.callLater(0, see, 'a');
      real.callLater(0, see, 'b');
      real.callLater(0, resolve);
    });
    expect(seen).toEqual(['a', 'b']);
    real.close();
  });

  it('never fire in the turn in which they were set, even when due (IOL-4)', async () => {
    const real = new IOLoop();
    await new Promise<void>((resolve) => {
      real.callLater(0, () => {
        real.callLater(-1, () => {
          see('timer');
          resolve();
        });
        real.addCallback(see, 'callback');
        real.schedule(see, 'future');
        see('event');
      });
    });
    expect(seen.slice(0, 2)).toEqual(['event', 'future']);
    expect(seen).toContain('timer');
    real.close();
  });

  it('pass the arguments given when they were set, and no this (IOL-5, 37)', async () => {
    function callback(this: unknown, ...args: unknown[]): void {
      see([this, ...args]);
    }
    loop.callLater(1, callback, 1, 'two');
    loop.callAt(1002, callback);
    await clock.advance(2);
    expect(seen).toEqual([[undefined, 1, 'two'], [undefined]]);
  });

  it('fire with the time at their deadline at least', async () => {
    const real = new IOLoop();
    const [deadline, now] = await new Promise<[number, number]>((resolve) => {
      const handle = real.callLater(2.5, () => {
        resolve([handle.deadlineMs, real.time()]);
      });
    });
    expect(now).toBeGreaterThan(deadline - 1);
    real.close();
  });

  it('drain the ready queue after each of them', async () => {
    for (const name of ['a', 'b']) {
      loop.callLater(5, () => {
        loop.schedule(see, `after ${name}`);
        see(name);
      });
    }
    await clock.advance(5);
    expect(seen).toEqual(['a', 'after a', 'b', 'after b']);
  });

  it('are logged when they fail, and the others fire', async () => {
    loop.callLater(1, function broken() {
      throw new Error('no');
    });
    loop.callLater(2, see, 'next');
    await new ExpectLog(appLog, 'Exception in callback broken').run(() => clock.advance(2));
    expect(seen).toEqual(['next']);
  });

  it('are dropped when the loop is closed', async () => {
    loop.callLater(1, see, 'late');
    loop.close();
    expect(clock.pendingTimers).toBe(0);
    loop.callLater(1, see, 'later');
    await clock.advance(10);
    expect(seen).toEqual([]);
  });
});

describe('removeTimeout', () => {
  it('keeps a timer from firing', async () => {
    loop.removeTimeout(loop.callLater(1, see, 'no'));
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10);
    expect(seen).toEqual([]);
  });

  it('keeps one from firing whose time has come already (IOL-6)', async () => {
    let second: TimeoutHandle | null = null;
    loop.callLater(1, () => {
      if (second !== null) loop.removeTimeout(second);
    });
    second = loop.callLater(1, see, 'no');
    await clock.advance(1);
    expect(seen).toEqual([]);
  });

  it('keeps one from firing on the system clock whose time has come already (IOL-6)', async () => {
    const real = new IOLoop();
    let second: TimeoutHandle | null = null;
    real.callLater(1, () => {
      if (second !== null) real.removeTimeout(second);
    });
    second = real.callLater(1, see, 'no');
    await new Promise<void>((resolve) => real.callLater(1, resolve));
    expect(seen).toEqual([]);
    real.close();
  });

  it('does not mind a timer that has fired (IOL-6)', async () => {
    const handle = loop.callLater(1, see, 'a');
    await clock.advance(1);
    loop.removeTimeout(handle);
    loop.removeTimeout(handle);
    expect(seen).toEqual(['a']);
  });

  it('takes the handles of all three ways to set a timer, none of which is null (IOL-10, 40)', async () => {
    const handles = [
      loop.callLater(1, see, 'no'),
      loop.callAt(1001, see, 'no'),
      loop.addTimeout({ at: 1001 }, see, 'no'),
    ];
    for (const handle of handles) {
      expect(handle.deadlineMs).toBe(1001);
      loop.removeTimeout(handle);
    }
    await clock.advance(1);
    expect(seen).toEqual([]);
  });

  it("leaves another loop's timer alone", async () => {
    const other = new IOLoop({ clock, makeCurrent: false });
    const handle = loop.callLater(1, see, 'mine');
    other.removeTimeout(handle);
    await clock.advance(1);
    expect(seen).toEqual(['mine']);
    other.close();
  });

  it('leaves nothing behind of 2,000 timers that were set and removed (IOL-7)', () => {
    const real = new IOLoop();
    const count = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = count();
    for (let n = 0; n < 2000; n++) {
      real.removeTimeout(real.callLater(3_600_000, () => undefined));
    }
    expect(count()).toBe(before);
    real.close();
  });
});

describe('a deadline', () => {
  it.each([NaN, Infinity, { at: NaN }, { at: '5' }, '5', null, new Date()])(
    '%o is refused: ERR_BAD_DEADLINE (IOL-9, 41)',
    (deadline: unknown) => {
      const setIt = (): unknown => loop.addTimeout(deadline as Timeout, see, null);
      expect(setIt).toThrow(/^Unsupported deadline /);
      expect(setIt).toThrow(expect.objectContaining({ code: 'ERR_BAD_DEADLINE' }) as Error);
    },
  );

  it.each([NaN, '5'])('callAt(%o) is refused: ERR_BAD_DEADLINE (IOL-41)', (when: unknown) => {
    expect(() => loop.callAt(when as number, see, null)).toThrow(/^Unsupported deadline /);
  });

  it('is a duration or an instant (IOL-9)', () => {
    expect([loop.deadline(500), loop.deadline({ at: 500 })]).toEqual([1500, 500]);
  });
});

/** Says for how long the loop asked it to wait. */
class AskedClock extends VirtualClock {
  readonly delays: number[] = [];

  override setTimer(delayMs: number, callback: () => void): ClockTimer {
    this.delays.push(delayMs);
    return super.setTimer(delayMs, callback);
  }
}

describe('the wait for the next event', () => {
  it('lasts no time while callbacks are queued, else until the first timer (IOL-8)', async () => {
    loop.callLater(20, see, 'second');
    loop.callLater(10, see, 'first');
    loop.addCallback(see, 'callback');
    await clock.advance(0);
    expect(seen).toEqual(['callback']);
    await clock.advance(10);
    expect(seen).toEqual(['callback', 'first']);
  });

  it('is never negative, however long a deadline is past (IOL-8)', () => {
    const asked = new AskedClock({ startMs: 1000, autoJump: false });
    const own = new IOLoop({ clock: asked });
    own.callAt(-5000, see, 1);
    own.callLater(-1, see, 2);
    own.callLater(7, see, 3);
    expect(asked.delays).toEqual([0, 0, 7]);
    own.close();
  });
});
