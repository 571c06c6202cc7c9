import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { IOLoop } from './ioloop.ts';
import { VirtualClock } from './testing/virtual-clock.ts';
import type { Expirable } from './deadline-sweep.ts';

let clock: VirtualClock;
let loop: IOLoop;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  loop = new IOLoop({ clock });
});

afterEach(() => {
  loop.close();
});

class Connection implements Expirable {
  deadlineMs: number;
  readonly expired: number[] = [];

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  onDeadline(): void {
    this.expired.push(loop.time());
    loop.sweep.remove(this);
  }
}

describe('DeadlineSweep', () => {
  it('notices a deadline within a quarter of a second after it', async () => {
    const connection = new Connection(1001);
    loop.sweep.add(connection);
    await clock.advance(5000);
    expect(connection.expired).toEqual([1250]);
  });

  it('reads the deadline at each sweep: it may move, or be never', async () => {
    const moved = new Connection(1000);
    const never = new Connection(Infinity);
    for (const one of [moved, never]) loop.sweep.add(one);
    await clock.advance(900);
    moved.deadlineMs = 3000;
    await clock.advance(10_000);
    expect([moved.expired, never.expired]).toEqual([[3000], []]);
  });

  it('tells the instant of its last round without reading a clock', async () => {
    loop.sweep.add(new Connection(Infinity));
    const since = loop.time();
    expect(loop.sweep.lastMs).toBe(since);
    await clock.advance(600);
    expect(loop.sweep.lastMs).toBe(since + 500);
  });

  it('sets no timer while there is nothing to watch', async () => {
    const connection = new Connection(Infinity);
    loop.sweep.add(connection);
    loop.sweep.add(connection);
    expect(clock.pendingTimers).toBe(1);
    loop.sweep.remove(connection);
    loop.sweep.remove(connection);
    expect(clock.pendingTimers).toBe(0);
    loop.sweep.add(connection);
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(1);
  });

  it('goes on with the others when one throws', async () => {
    const broken: Expirable = {
      deadlineMs: 100,
      onDeadline() {
        loop.sweep.remove(this);
        throw new Error('no');
      },
    };
    const connection = new Connection(100);
    for (const one of [broken, connection]) loop.sweep.add(one);
    await new ExpectLog(appLog, 'Exception in callback onDeadline').run(() => clock.advance(250));
    expect(connection.expired).toEqual([250]);
  });

  it('takes entries that an expiring one adds', async () => {
    const second = new Connection(300);
    const first: Expirable = {
      deadlineMs: 100,
      onDeadline() {
        loop.sweep.remove(this);
        loop.sweep.add(second);
      },
    };
    loop.sweep.add(first);
    await clock.advance(1000);
    expect(second.expired).toEqual([500]);
  });

  describe('with deadlines that stay', () => {
    /** Counts how often its deadline is read. */
    class Resting implements Expirable {
      readonly expired: number[] = [];
      looks = 0;
      readonly #deadlineMs: number;

      constructor(deadlineMs: number) {
        this.#deadlineMs = deadlineMs;
      }

      get deadlineMs(): number {
        this.looks++;
        return this.#deadlineMs;
      }

      onDeadline(): void {
        this.expired.push(loop.time());
      }
    }

    it('notices them as soon as the others, and once', async () => {
      const resting = [1000, 1001, 1100, 1250, 60_000].map((at) => new Resting(at));
      await clock.advance(120); // rounds lie anywhere in a quarter of a second
      for (const one of resting) loop.sweep.addFixed(one);
      await clock.advance(100_000);
      expect(resting.map(({ expired }) => expired)).toEqual([
        [1120],
        [1120],
        [1120],
        [1370],
        [60_120],
      ]);
    });

    it('does not look at them before', async () => {
      const resting = new Resting(3_600_000);
      loop.sweep.addFixed(resting);
      const { looks } = resting;
      await clock.advance(3_500_000);
      expect(resting.looks).toBe(looks);
    });

    it('forgets one that is removed, and sets no timer for nobody', async () => {
      const resting = new Resting(1000);
      loop.sweep.addFixed(resting);
      loop.sweep.removeFixed(resting);
      expect(clock.pendingTimers).toBe(0);
      await clock.advance(5000);
      expect(resting.expired).toEqual([]);
    });

    it('goes on when one of them throws', async () => {
      const bad = new Resting(1000);
      const good = new Resting(1001);
      bad.onDeadline = (): void => {
        throw new Error('bad');
      };
      for (const one of [bad, good]) loop.sweep.addFixed(one);
      await new ExpectLog(appLog, 'Exception in callback onDeadline').run(() =>
        clock.advance(2000),
      );
      expect(good.expired).toEqual([1250]);
    });
  });
});
