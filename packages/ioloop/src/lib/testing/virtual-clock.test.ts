import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IOLoop } from '../ioloop.ts';
import { memoryTransportPair } from './memory-pair.ts';
import { VirtualClock } from './virtual-clock.ts';

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('VirtualClock', () => {
  it('starts at 0, or where it is told to', () => {
    expect([new VirtualClock().now(), new VirtualClock({ startMs: 5 }).now()]).toEqual([0, 5]);
  });

  it('sleeps for a day in no time', async () => {
    const loop = new IOLoop({ clock: new VirtualClock() });
    await loop.runSync(() => new Promise<void>((resolve) => loop.callLater(86_400_000, resolve)));
    expect(loop.time()).toBe(86_400_000);
    loop.close();
  });

  it('does not jump while a loop has something to do', async () => {
    const clock = new VirtualClock();
    const loop = new IOLoop({ clock });
    let turns = 0;
    await new Promise<void>((resolve) => {
      loop.callLater(1, resolve);
      const again = (): void => {
        if (++turns < 100) loop.addCallback(again);
      };
      again();
    });
    expect(turns).toBe(100);
    loop.close();
  });

  it('does not jump while something is on its way in memory', async () => {
    const loop = new IOLoop({ clock: new VirtualClock() });
    let size = 0;
    const reader = {
      connectionMade: (): void => undefined,
      dataReceived: (_: Buffer, start: number, end: number): void => {
        size += end - start;
      },
      connectionLost: (): void => undefined,
    };
    const [left] = memoryTransportPair(loop, reader, reader, { pieceBytes: 1 });
    left.write(Buffer.alloc(1000));
    await new Promise<void>((resolve) => loop.callLater(1, resolve));
    expect(size).toBe(1000);
    loop.close();
  });

  it('lets promises do their work between timers of the same deadline', async () => {
    const loop = new IOLoop({ clock: new VirtualClock() });
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      loop.callLater(5, async () => {
        seen.push('a');
        await Promise.resolve();
        seen.push('a, later');
      });
      loop.callLater(5, () => {
        seen.push('b');
        resolve();
      });
    });
    await done;
    expect(seen).toEqual(['a', 'a, later', 'b']);
    loop.close();
  });

  it('stays where it is without autoJump, until it is advanced', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const fired: number[] = [];
    clock.setTimer(10, () => fired.push(clock.now()));
    clock.setTimer(20, () => fired.push(clock.now()));
    for (let n = 0; n < 5; n++) await turn();
    expect(fired).toEqual([]);
    await clock.advance(15);
    expect([fired, clock.now()]).toEqual([[10], 15]);
  });

  it('fires what is set while it advances, at its own instant', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      void Promise.resolve().then(() => clock.setTimer(10, again));
    };
    clock.setTimer(10, again);
    await clock.advance(45);
    expect(fired).toEqual([10, 20, 30, 40]);
  });

  it('goes on jumping after it was advanced', async () => {
    const clock = new VirtualClock();
    const fired = new Promise<void>((resolve) => clock.setTimer(100, resolve));
    await clock.advance(50);
    await fired;
    expect(clock.now()).toBe(100);
  });

  it('cannot go back', async () => {
    await expect(new VirtualClock().advance(-1)).rejects.toThrow(RangeError);
  });

  it('fires all timers but those cleared, by deadline and then by age', async () => {
    const timer = fc.record({ delayMs: fc.nat(20), isCleared: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 60 }), async (timers) => {
        const clock = new VirtualClock({ autoJump: false });
        const fired: number[] = [];
        const handles = timers.map(({ delayMs }, at) =>
          clock.setTimer(delayMs, () => fired.push(at)),
        );
        for (const [at, { isCleared }] of timers.entries()) {
          const handle = handles[at];
          if (isCleared && handle !== undefined) clock.clearTimer(handle);
        }
        await clock.advance(20);
        const expected = timers
          .map(({ delayMs, isCleared }, at) => ({ delayMs, isCleared, at }))
          .filter(({ isCleared }) => !isCleared)
          .sort((a, b) => a.delayMs - b.delayMs || a.at - b.at);
        expect(fired).toEqual(expected.map(({ at }) => at));
      }),
      { numRuns: 50 },
    );
  });

  it('forgets cleared timers, however many (IOL-7)', async () => {
    const clock = new VirtualClock({ autoJump: false });
    const fired: string[] = [];
    clock.setTimer(5, () => fired.push('kept'));
    for (let n = 0; n < 2000; n++) clock.clearTimer(clock.setTimer(n, () => fired.push('no')));
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(3000);
    expect(fired).toEqual(['kept']);
  });
});
