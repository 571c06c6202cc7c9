import { Future } from '@typhoon/concurrent';
import { coroutine, sleep } from '@typhoon/gen';
import { IOLoop } from '@typhoon/ioloop';
import { asyncTest, VirtualClock } from '@typhoon/ioloop/testing';
import { describe, expect, it } from 'vitest';

describe('asyncTest', () => {
  it('runs a coroutine on a loop of its own, which is current meanwhile', async () => {
    const before = IOLoop.current();
    const seen: boolean[] = [];
    const test = asyncTest((loop) =>
      coroutine(function* () {
        yield* sleep(1);
        seen.push(IOLoop.current() === loop && loop !== before);
      })(),
    );
    await test();
    expect(seen).toEqual([true]);
    expect(IOLoop.current()).toBe(before);
  });

  it('fails with what the function fails with, and with what a callback threw', async () => {
    const failing = asyncTest(() => Future.rejected(new Error('of the test')));
    await expect(failing()).rejects.toThrow('of the test');
    const escaping = asyncTest(async (loop) => {
      loop.addCallback(() => {
        throw new Error('of a callback');
      });
      await sleep(1);
    });
    await expect(escaping()).rejects.toThrow('of a callback');
  });

  it(
    'shows where a test hangs that takes too long, and cancels it (TST-6)',
    { timeout: 60_000 },
    async () => {
      const never = new Future<void>();
      let isCleanedUp = false;
      const hanging = coroutine(function* hanging() {
        try {
          yield* never;
        } finally {
          isCleanedUp = true;
        }
      });
      const clock = new VirtualClock();
      const test = asyncTest(hanging, { clock, timeoutMs: 86_400_000 });
      await expect(test()).rejects.toThrow(
        /^the test has not ended after 86400000 ms\n[^]*hanging2?, waiting at \S+async-test\.test\.ts:\d+:\d+ for 86400\.0 s/,
      );
      expect(isCleanedUp).toBe(true);
    },
  );
});
