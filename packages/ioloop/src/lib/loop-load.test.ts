import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IOLoop } from './ioloop.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) Math.sqrt(endMs);
}

/** Until a timer of Node.js has been seen by the measurement, after the block. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('load', () => {
  it('says how late timers fire', async () => {
    loop.load.reset();
    await pause(25);
    block(80);
    await pause(5);
    expect(loop.load.maxLagMs).toBeGreaterThan(40);
    expect(loop.load.lagPercentileMs(100)).toBeCloseTo(loop.load.maxLagMs, -1);
    expect(loop.load.lagMs).toBeGreaterThan(0);
    expect(loop.load.lagMs).toBeLessThan(loop.load.maxLagMs);
  });

  it('says which part of the time the loop is busy', async () => {
    loop.load.reset();
    block(30);
    await pause(1);
    expect(loop.load.busyRatio).toBeGreaterThan(0.5);
    loop.load.reset();
    await pause(30);
    expect(loop.load.busyRatio).toBeLessThan(0.5);
  });

  it('starts anew with reset', async () => {
    loop.load.reset();
    block(50);
    await pause(15);
    loop.load.reset();
    expect(loop.load.maxLagMs).toBe(0);
    expect(loop.load.lagMs).toBe(0);
  });
});
