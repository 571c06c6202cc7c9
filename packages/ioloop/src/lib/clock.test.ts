import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('systemClock', () => {
  it('says what time it is, in fractions of milliseconds, and never goes back', () => {
    const first = systemClock.now();
    expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });

  it('goes on evenly when somebody sets the time of day (PYS-26)', () => {
    const before = systemClock.now();
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    expect(Date.now()).toBe(0);
    expect(systemClock.now() - before).toBeLessThan(60_000);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it('waits for a far deadline in pieces that a timer can count (IOL-8)', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let fired = 0;
    const delayMs = 3 * 2 ** 31;
    systemClock.setTimer(delayMs, () => fired++);
    vi.advanceTimersByTime(delayMs - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
  });

  it('forgets such a timer at any time', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let fired = 0;
    const timer = systemClock.setTimer(2 ** 32, () => fired++);
    vi.advanceTimersByTime(2 ** 31 + 5);
    systemClock.clearTimer(timer);
    vi.advanceTimersByTime(2 ** 33);
    expect([fired, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('does not fire early for the fraction of a millisecond', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let fired = 0;
    systemClock.setTimer(1.2, () => fired++);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
  });

  it("leaves another clock's timer alone", () => {
    expect(() => {
      systemClock.clearTimer({});
    }).not.toThrow();
  });
});
