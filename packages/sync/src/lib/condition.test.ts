import { CancelledError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Condition } from './condition.ts';
import type { Future } from '@typhoon/concurrent';

let clock: VirtualClock;
let loop: IOLoop;
let condition: Condition;
let history: unknown[];

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
  condition = new Condition();
  history = [];
});

afterEach(() => {
  loop.close();
});

function record(future: Future<boolean>, name: string): Future<boolean> {
  future.addDoneCallback(() => history.push(future.cancelled() ? null : name));
  return future;
}

describe('Condition', () => {
  it('wakes one, the oldest first', async () => {
    record(condition.wait(), 'a');
    record(condition.wait(), 'b');
    condition.notify();
    await clock.advance(0);
    expect(history).toEqual(['a']);
    condition.notify();
    await clock.advance(0);
    expect(history).toEqual(['a', 'b']);
  });

  it('wakes n in order, or all (LCK-2)', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) record(condition.wait(), name);
    condition.notify(2);
    await clock.advance(0);
    expect(history).toEqual(['a', 'b']);
    condition.notifyAll();
    await clock.advance(0);
    expect(history).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('remembers nothing: who comes after waits', () => {
    condition.notify();
    condition.notifyAll();
    expect(condition.wait().done()).toBe(false);
  });

  it('lets a callback of a waiter notify again (LCK-2)', async () => {
    record(condition.wait(), 'a').addDoneCallback(() => {
      condition.notify();
    });
    record(condition.wait(), 'b');
    record(condition.wait(), 'c');
    condition.notify();
    await clock.advance(0);
    expect(history).toEqual(['a', 'b']);
  });

  it('calls back later, never inside notify (LCK-3)', async () => {
    const waiting = record(condition.wait(), 'a');
    condition.notify();
    expect([waiting.done(), history]).toEqual([true, []]);
    await clock.advance(0);
    expect(history).toEqual(['a']);
  });

  it('gives true when notified, false when the time is over (LCK-1)', async () => {
    const inTime = condition.wait(100);
    const tooLate = condition.wait(100);
    condition.notify();
    await clock.advance(100);
    expect([inTime.result(), tooLate.result()]).toEqual([true, false]);
  });

  it('takes an instant as well as a duration', async () => {
    const waiting = condition.wait({ at: 50 });
    await clock.advance(49);
    expect(waiting.done()).toBe(false);
    await clock.advance(1);
    expect(waiting.result()).toBe(false);
  });

  it('refuses a timeout that is none, and nobody waits then', () => {
    expect(() => condition.wait(NaN)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_DEADLINE' }),
    );
    expect(String(condition)).toBe('<Condition>');
  });

  it('skips those out of time, so that notify(2) wakes two others (LCK-1)', async () => {
    const [first, , third, fourth] = [
      condition.wait(),
      condition.wait(10),
      condition.wait(),
      condition.wait(),
    ];
    await clock.advance(10);
    condition.notify(2);
    expect([first.done(), third.done(), fourth.done()]).toEqual([true, true, false]);
  });

  it('is over at once with a timeout of 0 (LCK-12, TIP-5)', async () => {
    const waiting = condition.wait(0);
    expect(waiting.done()).toBe(false);
    await clock.advance(0);
    expect(waiting.result()).toBe(false);
  });

  it('keeps nothing of a thousand who ran out of time (LCK-4)', async () => {
    for (let i = 0; i < 1000; i++) void condition.wait(i % 10);
    const patient = condition.wait();
    await clock.advance(10);
    expect(String(condition)).toBe('<Condition waiters[1]>');
    condition.notify();
    expect(patient.done()).toBe(true);
  });

  it('sets no timer without a timeout, and clears the timer of who is woken or cancelled', () => {
    void condition.wait();
    expect(clock.pendingTimers).toBe(0);
    void condition.wait(100);
    const cancelled = condition.wait(100);
    expect(clock.pendingTimers).toBe(2);
    cancelled.cancel();
    condition.notifyAll();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives the turn of who is cancelled to the next', async () => {
    const [first, second, third] = [condition.wait(), condition.wait(), condition.wait()];
    second.cancel();
    first.cancel();
    condition.notify();
    expect(third.result()).toBe(true);
    await expect(first).rejects.toThrow(CancelledError);
  });

  it('does not take back a wake-up from who is cancelled too late', () => {
    const [first, second] = [condition.wait(), condition.wait()];
    condition.notify();
    expect(first.cancel()).toBe(false);
    expect([first.result(), second.done()]).toEqual([true, false]);
  });

  it('shows how many wait (LCK-11)', () => {
    expect(String(condition)).toBe('<Condition>');
    void condition.wait();
    void condition.wait();
    expect(String(condition)).toBe('<Condition waiters[2]>');
  });
});
