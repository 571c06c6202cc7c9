// When the store is told to forget, on a clock that jumps.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { expect, it } from 'vitest';
import { Retention } from '../src/storage/retention.ts';

const DAY_MS = 86_400_000;

it('forgets at once and every hour, also after a failure, until it is stopped', async () => {
  const loop = new IOLoop({ clock: new VirtualClock() });
  const times: number[] = [];
  const third = new Future<void>();
  const forget = (before: number): Future<number> => {
    expect(Math.abs(Date.now() - 7 * DAY_MS - before)).toBeLessThan(1000);
    const done = new Future<number>();
    times.push(loop.time());
    if (times.length === 1) done.setException(new Error('the disk is full'));
    else done.setResult(0);
    if (times.length === 3) third.setResult();
    return done;
  };
  const retention = new Retention({ forget }, 7);
  await new ExpectLog('typhoon.application', 'old results are still there').run(async () => {
    retention.start();
    await third;
  });
  await retention.stop();
  expect(times).toEqual([0, 3_600_000, 7_200_000]);
  loop.close();
});
