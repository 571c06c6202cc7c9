import { Future, withTimeout } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { sleep } from './sleep.ts';
import { WaitIterator } from './wait-iterator.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
});

afterEach(() => {
  loop.close();
});

const after = coroutine(function* <T>(ms: number, value: T) {
  yield* sleep(ms);
  return value;
});

describe('a WaitIterator', () => {
  it('names results by their place in a list or by their key in a record (GEN-23)', async () => {
    const list = new WaitIterator([after(20, 'a'), after(10, 'b')]);
    expect([await list.next(), list.currentIndex]).toEqual(['b', 1]);
    const record = new WaitIterator({ x: after(20, 'a'), y: after(10, 'b') });
    expect([await record.next(), record.currentIndex]).toEqual(['b', 'y']);
  });

  it('takes one of the two, not both (GEN-23)', () => {
    // @ts-expect-error -- one argument
    expect(() => new WaitIterator([after(1, 'a')], { b: after(1, 'b') })).toThrow(
      expect.objectContaining({ code: 'ERR_WAIT_ARGUMENTS' }) as Error,
    );
  });

  it('gives what has ended in the order given, the rest in the order it ends (GEN-24)', async () => {
    const pending = after(20, 'pending');
    const results = new WaitIterator([
      pending,
      Future.resolved('first'),
      after(10, 'sooner'),
      Future.resolved('second'),
    ]);
    const seen: string[] = [];
    while (!results.done()) seen.push(await results.next());
    expect(seen).toEqual(['first', 'second', 'sooner', 'pending']);
  });

  it('says whose result it was when that is there, and no longer at the end (GEN-25)', async () => {
    const future = after(10, 'a');
    const results = new WaitIterator([future]);
    const next = results.next();
    expect([results.currentIndex, results.currentFuture]).toEqual([null, null]);
    await next;
    expect([results.currentIndex, results.currentFuture]).toEqual([0, future]);
    expect([results.done(), results.currentIndex, results.currentFuture]).toEqual([
      true,
      null,
      null,
    ]);
  });

  it('goes on after an error, in a further for await (GEN-26)', async () => {
    const results = new WaitIterator([
      after(10, 'a'),
      Future.rejected(new Error('broken')),
      after(20, 'b'),
    ]);
    const loopOver = async (seen: string[]): Promise<string[]> => {
      for await (const result of results) seen.push(result);
      return seen;
    };
    await expect(loopOver([])).rejects.toThrow('broken');
    expect(await loopOver([])).toEqual(['a', 'b']);
  });

  it('ends a for await when all have been handed out (GEN-27)', async () => {
    const seen: number[] = [];
    for await (const n of new WaitIterator([after(20, 1), Promise.resolve(2)])) seen.push(n);
    expect([seen, await loopOverNothing()]).toEqual([[2, 1], []]);
  });

  it('is not collected while somebody waits for its result (GEN-28)', async () => {
    const waiting = withTimeout(100, new WaitIterator([sleep(0)]).next());
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise(setImmediate);
    }
    await waiting;
    expect(waiting.done()).toBe(true);
  });

  it('keeps a result whose turn was cancelled', async () => {
    const results = new WaitIterator([after(10, 'a')]);
    results.next().cancel();
    await sleep(20);
    expect(await results.next()).toBe('a');
  });

  it('has one turn at a time', () => {
    const results = new WaitIterator([after(10, 'a'), after(20, 'b')]);
    expect(results.next()).toBe(results.next());
  });

  it('goes straight through in a coroutine', () => {
    const run = coroutine(function* () {
      const results = new WaitIterator([Future.resolved(1), Future.resolved(2)]);
      let sum = 0;
      while (!results.done()) sum += yield* results.next();
      return sum;
    });
    expect(run().result()).toBe(3);
  });
});

async function loopOverNothing(): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const result of new WaitIterator([])) seen.push(result);
  return seen;
}
