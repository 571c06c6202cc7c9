import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TimeoutError } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event } from './event.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let clock: VirtualClock;
let loop: IOLoop;
let event: Event;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
  event = new Event();
});

afterEach(() => {
  loop.close();
});

describe('Event', () => {
  it('is clear at first, set by set and cleared by clear', () => {
    expect(event.isSet()).toBe(false);
    event.set();
    event.set();
    expect(event.isSet()).toBe(true);
    event.clear();
    expect(event.isSet()).toBe(false);
  });

  it('wakes all who wait when it is set, in order', async () => {
    const history: string[] = [];
    for (const name of ['a', 'b', 'c']) event.wait().addDoneCallback(() => history.push(name));
    event.set();
    expect(history).toEqual([]);
    await clock.advance(0);
    expect(history).toEqual(['a', 'b', 'c']);
  });

  it('need not be waited for while it is set (LCK-5)', () => {
    event.set();
    expect(event.wait().done()).toBe(true);
    expect(event.wait(0).done()).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('wakes those who wait even if it is cleared at once (LCK-5)', async () => {
    const waiting = [event.wait(), event.wait(100)];
    event.set();
    event.clear();
    await Promise.all(waiting);
    expect(event.wait().done()).toBe(false);
  });

  it('fails with TimeoutError when the time is over, and works on (LCK-5)', async () => {
    const waiting = event.wait(100);
    await clock.advance(99);
    expect(waiting.done()).toBe(false);
    await clock.advance(1);
    await expect(waiting).rejects.toThrow(new TimeoutError('Timeout after 100 ms'));
    const next = event.wait();
    event.set();
    expect(next.done()).toBe(true);
  });

  it('is over at once with a timeout of 0 (LCK-12)', async () => {
    const waiting = event.wait(0);
    await clock.advance(0);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('keeps no reference to who ran out of time (LCK-5)', async () => {
    const refs = Array.from({ length: 100 }, () => new WeakRef(event.wait(5)));
    await clock.advance(5);
    for (const ref of refs) ref.deref()?.exception();
    let left = refs.length;
    for (let round = 0; round < 20 && left > 0; round++) {
      await new Promise((resolve) => setImmediate(resolve)); // what a WeakRef gave out lives until the turn is over
      collect();
      left = refs.filter((ref) => ref.deref() !== undefined).length;
    }
    expect([left, event.isSet()]).toEqual([0, false]);
  });

  it('leaves alone the others when one waiter is cancelled', () => {
    const [first, second, third] = [event.wait(), event.wait(100), event.wait()];
    second.cancel();
    expect([second.cancelled(), clock.pendingTimers]).toEqual([true, 0]);
    event.set();
    expect([first.done(), third.done()]).toEqual([true, true]);
  });

  it('shows whether it is set (LCK-11)', () => {
    expect(String(event)).toBe('<Event clear>');
    event.set();
    expect(String(event)).toBe('<Event set>');
  });
});
