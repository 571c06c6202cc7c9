import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionDeadlines } from './connection-deadlines.ts';
import { resolveSettings } from './server-options.ts';

const clock = new VirtualClock({ autoJump: false });
const loop = new IOLoop({ clock });
const owner = {
  unsentBytes: 0,
  heard: [] as string[],
  tooSlow(what: string): void {
    this.heard.push(what);
    loop.sweep.remove(holder);
  },
  flushed: (): void => undefined,
};
const holder = {
  deadlineMs: Infinity,
  endMs: 60_000,
  lookSoon(now: number): void {
    this.deadlineMs = Math.min(this.endMs, now + 1000);
  },
  onDeadline: (): void => {
    deadlines.onDeadline();
  },
};
let deadlines: ConnectionDeadlines;

function start(): void {
  owner.unsentBytes = 0;
  owner.heard = [];
  deadlines = new ConnectionDeadlines(loop, resolveSettings(), owner);
  holder.endMs = loop.time() + 60_000;
  deadlines.begin(holder);
  loop.sweep.add(holder);
}

afterEach(() => {
  loop.sweep.remove(holder);
});

describe('deadlines', () => {
  it('do not hold an earlier answer, which was taken, against the next one', async () => {
    start();
    deadlines.awaitNothing();
    owner.unsentBytes = 1000;
    deadlines.awaitRequest();
    await clock.advance(60_000); // some of it is still here
    owner.unsentBytes = 0;
    await clock.advance(30_000);
    deadlines.awaitNothing();
    deadlines.awaitRequest();
    await clock.advance(59_000);
    owner.unsentBytes = 2000; // of the next answer, a moment ago
    await clock.advance(2000);
    expect(owner.heard).toEqual([]);
  });

  it('tell of an answer of which nothing is taken, though it was never too much', async () => {
    start();
    deadlines.awaitNothing();
    owner.unsentBytes = 1000;
    deadlines.awaitRequest();
    await clock.advance(121_000);
    expect(owner.heard).toEqual(['stalled']);
  });
});
