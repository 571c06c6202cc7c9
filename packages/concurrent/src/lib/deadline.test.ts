import { setImmediate } from 'node:timers/promises';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { expect, it } from 'vitest';
import { currentDeadlineMs, withDeadline } from '../index.ts';

function stillLoop(): IOLoop {
  return new IOLoop({ clock: new VirtualClock() });
}

it('has none where nobody set one', () => {
  expect(currentDeadlineMs()).toBe(Infinity);
});

it('counts from now, and ends with the call', () => {
  const loop = stillLoop();
  expect(withDeadline(300, () => currentDeadlineMs())).toBe(loop.time() + 300);
  expect(currentDeadlineMs()).toBe(Infinity);
});

it('goes through promises that are waited for', async () => {
  const loop = stillLoop();
  const at = loop.time() + 5;
  const seen = await withDeadline({ at }, async () => {
    await setImmediate();
    return currentDeadlineMs();
  });
  expect(seen).toBe(at);
});

it('is the nearer of two, whichever is outside', () => {
  const loop = stillLoop();
  const nested = (outer: number, inner: number): number =>
    withDeadline(outer, () => withDeadline(inner, () => currentDeadlineMs())) - loop.time();
  expect([nested(100, 900), nested(900, 100)]).toEqual([100, 100]);
});

it('moves with what it belongs to', () => {
  const request = { deadlineMs: 10 };
  withDeadline(request, () => {
    request.deadlineMs = 70;
    expect(currentDeadlineMs()).toBe(70);
  });
});

it('can be put aside', () => {
  expect(withDeadline(10, () => withDeadline(null, () => currentDeadlineMs()))).toBe(Infinity);
});

it('refuses what is no instant', () => {
  expect(() => withDeadline(NaN, () => 0)).toThrow(
    expect.objectContaining({ code: 'ERR_BAD_DEADLINE' }),
  );
});
