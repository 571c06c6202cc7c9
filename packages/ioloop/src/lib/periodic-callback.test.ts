import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { IOLoop } from './ioloop.ts';
import { PeriodicCallback } from './periodic-callback.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import type { Clock, ClockTimer } from './clock.ts';

let clock: VirtualClock;
let loop: IOLoop;

beforeEach(() => {
  clock = new VirtualClock({ startMs: 1000, autoJump: false });
  loop = new IOLoop({ clock });
});

afterEach(() => {
  loop.close();
  vi.restoreAllMocks();
});

/** A clock that a callback can take further, or back, while it runs. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  now(): number {
    return clock.now() + this.shiftMs;
  }
  setTimer(delayMs: number, callback: () => void): ClockTimer {
    return clock.setTimer(delayMs, callback);
  }
  clearTimer(timer: ClockTimer): void {
    clock.clearTimer(timer);
  }
}

describe('PeriodicCallback', () => {
  it.each([0, -1, NaN])('refuses an interval of %d: ERR_BAD_INTERVAL (IOL-31)', (intervalMs) => {
    const make = (): unknown => new PeriodicCallback(() => undefined, intervalMs);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_BAD_INTERVAL' }) as Error);
    expect(make).toThrow(/^Periodic callback must have a positive interval/);
  });

  it('runs first after one full interval, then on its multiples (IOL-31, 32)', async () => {
    const starts: number[] = [];
    new PeriodicCallback(() => starts.push(clock.now()), 10).start();
    await clock.advance(35);
    expect(starts).toEqual([1010, 1020, 1030]);
  });

  it('does not drift: over a minute every run is on its multiple (IOL-32)', async () => {
    const starts: number[] = [];
    new PeriodicCallback(() => starts.push(clock.now()), 12.5).start();
    await clock.advance(60_000);
    expect(starts).toEqual(Array.from({ length: 4800 }, (_, at) => 1000 + (at + 1) * 12.5));
  });

  it('skips the slots that a long run misses (IOL-32)', async () => {
    const shifted = new ShiftedClock();
    const own = new IOLoop({ clock: shifted });
    const durations = [9, 9, 10, 11, 20, 20, 35, 35];
    const starts: number[] = [];
    const periodic = new PeriodicCallback(() => {
      starts.push(shifted.now());
      shifted.shiftMs += durations.shift() ?? 0;
    }, 10);
    periodic.start();
    await clock.advance(100);
    expect(starts.slice(0, 10)).toEqual([
      1010, 1020, 1030, 1050, 1070, 1100, 1130, 1170, 1210, 1220,
    ]);
    own.close();
  });

  it('does not run twice when the clock goes backwards (IOL-33)', async () => {
    const shifted = new ShiftedClock();
    const own = new IOLoop({ clock: shifted });
    const deadlines: number[] = [];
    const callAt = vi.spyOn(own, 'callAt');
    const shifts = [0, -100, 0, 0];
    new PeriodicCallback(() => {
      shifted.shiftMs += shifts.shift() ?? 0;
    }, 10).start();
    await clock.advance(200);
    for (const [deadline] of callAt.mock.calls) deadlines.push(deadline);
    expect(deadlines.slice(0, 5)).toEqual([1010, 1020, 1030, 1040, 1050]);
    own.close();
  });

  it('varies each interval by the jitter (IOL-34)', async () => {
    const starts: number[] = [];
    vi.spyOn(Math, 'random')
      .mockReturnValueOnce(0)
      .mockReturnValueOnce(0.5)
      .mockReturnValue(0.999_999_999);
    new PeriodicCallback(() => starts.push(Math.round(clock.now())), 100, { jitter: 0.5 }).start();
    await clock.advance(320);
    expect(starts).toEqual([1075, 1175, 1300]);
  });

  it('goes on after an error, which is logged (IOL-35)', async () => {
    let runs = 0;
    const periodic = new PeriodicCallback(function check() {
      runs++;
      throw new Error('no');
    }, 10);
    periodic.start();
    await new ExpectLog(appLog, 'Exception in callback check').run(() => clock.advance(30));
    expect(runs).toBe(3);
  });

  it('waits for what the callback returns, so that runs never overlap (IOL-35)', async () => {
    const starts: number[] = [];
    new PeriodicCallback(() => {
      starts.push(clock.now());
      return new Promise((resolve) => loop.callLater(25, resolve, undefined));
    }, 10).start();
    await clock.advance(100);
    expect(starts).toEqual([1010, 1040, 1070, 1100]);
  });

  it('goes on after a promise that fails, which is logged once (IOL-35)', async () => {
    let runs = 0;
    const handled = vi.spyOn(loop, 'handleCallbackException').mockReturnValue(undefined);
    new PeriodicCallback(() => {
      runs++;
      return Promise.reject(new Error('no'));
    }, 10).start();
    await clock.advance(20);
    expect([runs, handled.mock.calls.length]).toEqual([2, 2]);
  });

  it('takes no object with a strange `then` for a promise', async () => {
    let runs = 0;
    new PeriodicCallback(() => {
      runs++;
      return { then: 5 };
    }, 10).start();
    await clock.advance(20);
    expect(runs).toBe(2);
  });

  it('stops: the timer is gone (IOL-36)', async () => {
    let runs = 0;
    const periodic = new PeriodicCallback(() => runs++, 10);
    periodic.start();
    periodic.stop();
    periodic.stop();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(30);
    expect(runs).toBe(0);
  });

  it('can be stopped by its callback (IOL-36)', async () => {
    let runs = 0;
    const periodic = new PeriodicCallback(() => {
      runs++;
      periodic.stop();
    }, 10);
    periodic.start();
    await clock.advance(30);
    expect([runs, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('runs on the loop that is current at its start (IOL-36)', async () => {
    const seen: IOLoop[] = [];
    const periodic = new PeriodicCallback(() => seen.push(IOLoop.current()), 10);
    const later = new IOLoop({ clock });
    periodic.start();
    loop.makeCurrent();
    await clock.advance(10);
    expect(seen[0]).toBe(later);
    later.close();
  });

  it('starts again from now on, and says whether it is started (IOL-45)', async () => {
    const starts: number[] = [];
    const periodic = new PeriodicCallback(() => starts.push(clock.now()), 10);
    expect(periodic.isRunning()).toBe(false);
    periodic.start();
    periodic.start();
    expect(periodic.isRunning()).toBe(true);
    await clock.advance(15);
    periodic.stop();
    expect(periodic.isRunning()).toBe(false);
    periodic.start();
    await clock.advance(10);
    expect(starts).toEqual([1010, 1025]);
  });

  it('is not running once stopped, though a run is in progress (IOL-45)', async () => {
    let end = (): void => undefined;
    const periodic = new PeriodicCallback(
      () => new Promise<void>((resolve) => (end = resolve)),
      10,
    );
    periodic.start();
    await clock.advance(10);
    periodic.stop();
    expect(periodic.isRunning()).toBe(false);
    end();
    await clock.advance(30);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps runs of an earlier start from disturbing a later one', async () => {
    const starts: number[] = [];
    const periodic = new PeriodicCallback(() => {
      starts.push(clock.now());
      return new Promise((resolve) => loop.callLater(15, resolve, undefined));
    }, 10);
    periodic.start();
    await clock.advance(12);
    periodic.stop();
    periodic.start();
    await clock.advance(40);
    expect(starts).toEqual([1010, 1022, 1042]);
  });
});
