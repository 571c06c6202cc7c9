import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockingWatchdog } from './blocking-watchdog.ts';
import { IOLoop } from './ioloop.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

/** Blocks until `isEnough`, and no longer than ten seconds. */
function blockTheLoop(isEnough: () => boolean): void {
  const startMs = performance.now();
  while (!isEnough() && performance.now() - startMs < 10_000) Math.sqrt(startMs);
}

describe('setBlockingSignalThreshold', () => {
  it('has the stack of the code that blocks, while it does, once (IOL-29)', () => {
    const seen: (number | string)[] = [];
    loop.setBlockingSignalThreshold(20, (...args) => seen.push(...args));
    blockTheLoop(() => seen.length > 0);
    const startMs = performance.now();
    blockTheLoop(() => performance.now() - startMs > 60);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBeGreaterThan(20);
    expect(seen[1]).toMatch(/^ {4}at .*blockTheLoop .*blocking-watchdog\.test/m);
    expect(seen[1]).not.toContain('blocking-watchdog.ts');
  });

  it('is silent about a loop that turns, and about what null came before', async () => {
    const times: number[] = [];
    loop.setBlockingSignalThreshold(30, (blockedMs) => times.push(blockedMs));
    blockTheLoop(() => times.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1)); // it turns again
    loop.setBlockingSignalThreshold(null, () => undefined);
    const startMs = performance.now();
    blockTheLoop(() => performance.now() - startMs > 60);
    expect(times).toHaveLength(1);
  });
});

describe('setBlockingLogThreshold', () => {
  it('logs a warning with the stack (IOL-29)', () => {
    const log = new ExpectLog(genLog, /IOLoop blocked for \d+ ms in\n[^]*blockTheLoop/, {
      level: 'warning',
    });
    log.run(() => {
      loop.setBlockingLogThreshold(20);
      blockTheLoop(() => log.matched);
    });
  });
});

describe('BlockingWatchdog', () => {
  it('says in a worker that something has blocked, when it is over', async () => {
    const times: number[] = [];
    const watchdog = new BlockingWatchdog(20, (blockedMs) => times.push(blockedMs), false);
    const startMs = performance.now();
    blockTheLoop(() => performance.now() - startMs > 60);
    await new Promise((resolve) => setTimeout(resolve, 5));
    watchdog.close();
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThan(20);
  });
});
