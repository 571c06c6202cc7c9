import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IOLoop } from './ioloop.ts';
import { LoopError } from './loop-error.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

let clock: VirtualClock;
let loop: IOLoop;

beforeEach(() => {
  clock = new VirtualClock();
  loop = new IOLoop({ clock });
});

afterEach(() => {
  loop.close();
});

function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe('start', () => {
  it('resolves when the loop is stopped', async () => {
    loop.callLater(1000, () => {
      loop.stop();
    });
    await loop.start();
    expect(loop.time()).toBe(1000);
  });

  it('refuses to run twice: ERR_LOOP_RUNNING (IOL-19)', async () => {
    const running = loop.start();
    await expect(loop.start()).rejects.toMatchObject({
      code: 'ERR_LOOP_RUNNING',
      message: 'IOLoop is already running',
    });
    loop.stop();
    await running;
  });

  it('returns at once when stop came first, and only then (IOL-19)', async () => {
    loop.stop();
    await loop.start();
    let isOver = false;
    const running = loop.start().then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    loop.stop();
    await running;
  });

  it('needs no logging set up: what goes wrong shows on standard error (IOL-30)', async () => {
    const written: unknown[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(text);
      return true;
    });
    loop.addCallback(function explode() {
      loop.stop();
      throw new Error('thrown by the test');
    });
    await loop.start();
    write.mockRestore();
    expect(written.join('')).toContain('Exception in callback explode');
    expect(written.join('')).toContain('thrown by the test');
  });

  it('finishes the turn in which stop is called (IOL-20)', async () => {
    const seen: string[] = [];
    loop.addCallback(() => {
      loop.stop();
      seen.push('first');
    });
    loop.addCallback(() => seen.push('second'));
    await loop.start();
    expect(seen).toEqual(['first', 'second']);
  });

  it('can be called again after stop, even before it has resolved (IOL-20)', async () => {
    const first = loop.start();
    loop.stop();
    const second = loop.start();
    await first;
    loop.stop();
    await second;
  });

  it('is the current loop meanwhile, and not afterwards (IOL-21)', async () => {
    const before = new IOLoop();
    const running = loop.start();
    expect(IOLoop.current()).toBe(loop);
    loop.stop();
    await running;
    expect(IOLoop.current()).toBe(before);
    before.close();
  });

  it('leaves no loop current when there was none (IOL-21)', async () => {
    IOLoop.clearCurrent();
    const running = loop.start();
    loop.stop();
    await running;
    expect(IOLoop.current({ instance: false })).toBeNull();
  });

  it('leaves the current loop alone when another one has become current meanwhile', async () => {
    const running = loop.start();
    const other = new IOLoop();
    loop.stop();
    await running;
    expect(IOLoop.current()).toBe(other);
    other.close();
  });

  it('resolves when the loop is closed, be it right after stop', async () => {
    const other = new IOLoop();
    const both = [loop.start(), other.start()];
    loop.close();
    other.stop();
    other.close();
    await Promise.all(both);
  });

  it('refuses to start a closed loop: ERR_LOOP_CLOSED', async () => {
    loop.close();
    await expect(loop.start()).rejects.toMatchObject({ code: 'ERR_LOOP_CLOSED' });
  });
});

describe('runSync', () => {
  it('resolves with the result of what it waits for (IOL-22)', async () => {
    expect(await loop.runSync(() => Promise.resolve(42))).toBe(42);
  });

  it('resolves with undefined for null and undefined (IOL-22)', async () => {
    expect(await loop.runSync(() => null)).toBeUndefined();
    expect(await loop.runSync(() => undefined)).toBeUndefined();
  });

  it('calls the function on the loop', async () => {
    const outside = new IOLoop();
    const inside = await loop.runSync(() => Promise.resolve(IOLoop.current()));
    expect(inside).toBe(loop);
    outside.close();
  });

  it('passes on what the function throws, at once or later (IOL-22)', async () => {
    const error = new Error('no');
    const throwing = loop.runSync((): Promise<void> => {
      throw error;
    });
    await expect(throwing).rejects.toBe(error);
    await expect(loop.runSync(() => Promise.reject(error))).rejects.toBe(error);
  });

  it('refuses what cannot be waited for: ERR_BAD_YIELD (IOL-22)', async () => {
    const number: unknown = 42;
    const running = loop.runSync(() => number as Promise<unknown>);
    await expect(running).rejects.toMatchObject({ code: 'ERR_BAD_YIELD' });
  });

  it('gives up after the timeout: ERR_LOOP_TIMEOUT (IOL-22)', async () => {
    const running = loop.runSync(never, { timeoutMs: 5000 });
    await expect(running).rejects.toMatchObject({
      code: 'ERR_LOOP_TIMEOUT',
      message: 'Operation timed out after 5000 ms',
    });
    expect(loop.time()).toBe(5000);
  });

  it('leaves no timer behind when it is in time', async () => {
    await loop.runSync(() => Promise.resolve(), { timeoutMs: 5000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('says so when the loop is stopped before the end: ERR_LOOP_STOPPED (IOL-23)', async () => {
    loop.callLater(10, () => {
      loop.stop();
    });
    const running = loop.runSync(never, { timeoutMs: 100 });
    await expect(running).rejects.toMatchObject({ code: 'ERR_LOOP_STOPPED' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('says so when the loop is closed before the end: ERR_LOOP_STOPPED', async () => {
    loop.addCallback(() => {
      loop.close();
    });
    await expect(loop.runSync(never)).rejects.toMatchObject({ code: 'ERR_LOOP_STOPPED' });
  });

  it('leaves a running loop alone, and does not call the function: ERR_LOOP_RUNNING', async () => {
    let isStopped = false;
    let isCalled = false;
    const running = loop.start().then(() => (isStopped = true));
    const nested = loop.runSync(() => {
      isCalled = true;
      return null;
    });
    await expect(nested).rejects.toBeInstanceOf(LoopError);
    await new Promise((resolve) => setImmediate(resolve));
    expect([isCalled, isStopped]).toEqual([false, false]);
    loop.stop();
    await running;
  });

  it('runs one after another, and keeps the current loop as it was', async () => {
    const outside = new IOLoop();
    expect(await loop.runSync(() => Promise.resolve(1))).toBe(1);
    expect(await loop.runSync(() => Promise.resolve(2))).toBe(2);
    expect(IOLoop.current()).toBe(outside);
    outside.close();
  });

  it('ignores a stop that came before it', async () => {
    loop.stop();
    expect(await loop.runSync(() => Promise.resolve(1))).toBe(1);
    let isOver = false;
    const running = loop.start().then(() => (isOver = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    loop.stop();
    await running;
  });
});
