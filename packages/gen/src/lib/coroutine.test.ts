import { CancelledError, Future, withTimeout } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine, isCoroutineFunction } from './coroutine.ts';
import { Return } from './gen-error.ts';
import { maybeFuture } from './maybe-future.ts';
import { moment } from './moment.ts';
import { multi } from './multi.ts';
import { sleep } from './sleep.ts';
import { registerYieldable } from './yieldable.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
});

afterEach(() => {
  loop.close();
});

describe('a coroutine', () => {
  it('runs up to its first wait at once, and is done if it never waits (GEN-1)', () => {
    const seen: string[] = [];
    const run = coroutine(function* (): Generator<unknown, number, unknown> {
      seen.push('begun');
      yield Future.resolved(1);
      return 2;
    });
    const future = run();
    expect([seen, future.done(), future.result()]).toEqual([['begun'], true, 2]);
  });

  it('of a plain function is a settled future; what it throws goes there (GEN-2)', () => {
    expect(coroutine((n: number) => n + 1)(1).result()).toBe(2);
    const failing = coroutine((): number => {
      throw new Error('x');
    });
    expect(() => failing().result()).toThrow('x');
  });

  it('ends with the value of Return, a future not unwrapped (GEN-3)', async () => {
    const inner = Future.resolved(1);
    const future = coroutine(function* (): Generator<unknown, unknown, unknown> {
      yield null;
      throw new Return(inner);
    })();
    await loop.runSync(() => sleep(1));
    expect(future.result()).toBe(inner);
  });

  it('keeps its name and can be told from others (GEN-5)', () => {
    const report = function* report(): Generator<unknown, void, unknown> {
      yield null;
    };
    const made = coroutine(report);
    expect([made.name, isCoroutineFunction(made) && made.wrapped]).toEqual([report.name, report]);
    expect([isCoroutineFunction(made), isCoroutineFunction(report)]).toEqual([true, false]);
  });

  it('goes straight through settled futures; moment lets others in (GEN-6, 7)', async () => {
    const seen: string[] = [];
    const run = coroutine(function* (
      name: string,
      what: () => unknown,
    ): Generator<unknown, void, unknown> {
      for (let i = 0; i < 3; i++) {
        seen.push(name);
        yield what();
      }
    });
    await multi([run('a', () => Future.resolved(1)), run('b', () => Future.resolved(1))]);
    await multi([run('c', () => moment), run('d', () => null)]);
    expect(seen.join('')).toBe('aaabbbcdcdcd');
  });

  it('is never resumed from inside setResult (GEN-8)', async () => {
    const future = new Future<void>();
    const seen: string[] = [];
    const run = coroutine(function* (): Generator<unknown, void, unknown> {
      yield future;
      seen.push('resumed');
    })();
    future.setResult();
    expect(seen).toEqual([]);
    await run;
    expect(seen).toEqual(['resumed']);
  });

  it('can wait for futures, promises, lists and records; other things throw at the yield (GEN-9, PLT-1)', async () => {
    const run = coroutine(function* (): Generator<unknown, unknown, unknown> {
      const seen = [
        yield Future.resolved(1),
        yield Promise.resolve(2),
        yield [Future.resolved(3), Promise.resolve(4)],
        yield { a: Future.resolved(5), b: [Future.resolved(6)] },
        yield null,
      ];
      for (const bad of [7, 'x', new Date(0), Symbol('s')]) {
        try {
          yield bad;
        } catch (error) {
          seen.push(error instanceof Error ? error.name : '');
        }
      }
      return seen;
    });
    const bad = ['BadYieldError', 'BadYieldError', 'BadYieldError', 'BadYieldError'];
    expect(await run()).toEqual([1, 2, [3, 4], { a: 5, b: [6] }, null, ...bad]);
  });

  it('gets errors thrown where it waits, and goes on if it catches them', async () => {
    const run = coroutine(function* (): Generator<unknown, string, unknown> {
      try {
        yield Promise.reject(new Error('x'));
      } catch (error) {
        return String(error);
      }
      return 'none';
    });
    expect(await run()).toBe('Error: x');
  });

  it('is given its arguments and this unchanged (GEN-43)', async () => {
    const counter = {
      start: 1,
      add: coroutine(function* (
        this: { start: number },
        n: number,
      ): Generator<unknown, number, unknown> {
        yield null;
        return this.start + n;
      }),
    };
    expect(await counter.add(2)).toBe(3);
  });

  it('can be a method, with the decorator', async () => {
    class Counter {
      start = 1;

      @coroutine
      *add(n: number): Generator<unknown, number, unknown> {
        yield null;
        return this.start + n;
      }
    }
    expect(await (new Counter().add(2) as unknown as Future<number>)).toBe(3);
  });

  it('chains a hundred thousand settled waits and a ten thousand deep chain without recursion', async () => {
    const run = coroutine(function* (): Generator<unknown, number, unknown> {
      let sum = 0;
      for (let i = 0; i < 100_000; i++) sum += yield* Future.resolved(1);
      return sum;
    });
    expect(run().result()).toBe(100_000);
    let future: Future<number> = sleep(1).then(() => 0) as unknown as Future<number>;
    future = Future.from(future);
    for (let i = 0; i < 10_000; i++) {
      const before = future;
      future = coroutine(function* (): Generator<unknown, number, unknown> {
        return (yield* before) + 1;
      })();
    }
    expect(await future).toBe(10_000);
  });

  it('can wait for a kind of its own (GEN-9)', async () => {
    class Ticket {
      readonly number = 7;
    }
    registerYieldable(Ticket, (ticket) => Future.resolved(ticket.number));
    const run = coroutine(function* (): Generator<unknown, unknown, unknown> {
      return yield new Ticket();
    });
    expect(await run()).toBe(7);
  });
});

describe('cancelling a coroutine', () => {
  it('throws CancelledError where it waits; finally runs, and may wait itself', async () => {
    const seen: string[] = [];
    const run = coroutine(function* (): Generator<unknown, void, unknown> {
      try {
        yield* sleep(1000);
      } catch (error) {
        seen.push(error instanceof CancelledError ? 'cancelled' : 'other');
        throw error;
      } finally {
        yield* sleep(5);
        seen.push('finally');
      }
    });
    const future = run();
    expect([future.cancel(), future.done()]).toEqual([true, false]);
    await expect(future).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['cancelled', 'finally']);
  });

  it('reaches the innermost of five, and runs every finally from there outward', async () => {
    const seen: number[] = [];
    const nested = coroutine(function* (depth: number): Generator<unknown, void, unknown> {
      try {
        if (depth < 5) yield* nested(depth + 1);
        else yield* sleep(1000);
      } finally {
        seen.push(depth);
      }
    });
    const future = nested(1);
    future.cancel();
    await expect(future).rejects.toThrow(CancelledError);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  it('leaves alone what others wait for too', async () => {
    const shared = new Future<number>();
    const wait = coroutine(function* (): Generator<unknown, number, unknown> {
      return yield* shared;
    });
    const [first, second] = [wait(), wait()];
    first.cancel();
    await expect(first).rejects.toThrow(CancelledError);
    expect(shared.done()).toBe(false);
    shared.setResult(1);
    expect(await second).toBe(1);
  });

  it('cancels all that it waits for at once', async () => {
    const children = [new Future<void>(), new Future<void>()];
    const run = coroutine(function* (): Generator<unknown, void, unknown> {
      yield* multi(children);
    });
    const future = run();
    future.cancel();
    await expect(future).rejects.toThrow(CancelledError);
    expect(children.map((child) => child.cancelled())).toEqual([true, true]);
  });

  it('by a timeout ends the work under it', async () => {
    const seen: string[] = [];
    const run = coroutine(function* (): Generator<unknown, void, unknown> {
      try {
        yield* sleep(1000);
      } finally {
        seen.push('finally');
      }
    });
    await expect(withTimeout(10, run(), { cancel: true })).rejects.toThrow('Timeout');
    await loop.runSync(() => sleep(1));
    expect(seen).toEqual(['finally']);
  });

  it('that swallows it ends with its own result', async () => {
    const run = coroutine(function* (): Generator<unknown, string, unknown> {
      try {
        yield* sleep(1000);
      } catch {
        return 'swallowed';
      }
      return 'slept';
    });
    const future = run();
    future.cancel();
    expect(await future).toBe('swallowed');
  });
});

describe('multi', () => {
  it('keeps the shape of what it is given, empty ones too (GEN-13)', async () => {
    expect(await multi([Future.resolved(1), Promise.resolve('b')])).toEqual([1, 'b']);
    expect(await multi({ a: Future.resolved(1), b: null })).toEqual({ a: 1, b: null });
    expect([multi([]).result(), multi({}).result()]).toEqual([[], {}]);
  });

  it('takes one future twice (GEN-14)', async () => {
    const future = Future.resolved(1);
    expect(await multi([future, future])).toEqual([1, 1]);
  });

  it('waits for all, then fails with the first error in the order given (GEN-15, 40)', async () => {
    const [first, second, third] = [new Future<void>(), new Future<void>(), new Future<void>()];
    const all = multi([first, second, third], { quietExceptions: [Error] });
    third.setException(new Error('third'));
    second.setException(new Error('second'));
    await new Promise(setImmediate);
    expect([all.done(), first.cancelled()]).toEqual([false, false]);
    first.setResult();
    await expect(all).rejects.toThrow('second');
  });

  it('logs each further error, unless it is quiet (GEN-16)', async () => {
    const fail = (quietExceptions: (typeof RangeError)[]): Future<unknown> =>
      multi(
        [
          Future.rejected(new Error('first')),
          Future.rejected(new RangeError('second')),
          Future.rejected(new RangeError('third')),
        ],
        { quietExceptions },
      );
    const log = new ExpectLog('typhoon.application', /Multiple exceptions in yield list/);
    await log.run(async () => {
      await expect(fail([])).rejects.toThrow('first');
    });
    expect(log.loggedStack).toBe(true);
    const quiet = new ExpectLog('typhoon.application', /Multiple exceptions/, { required: false });
    await quiet.run(async () => {
      await expect(fail([RangeError])).rejects.toThrow('first');
    });
    expect(quiet.matched).toBe(false);
  });

  it('fails at once for a child that cannot be waited for', () => {
    expect(() => multi([1])).toThrow('yielded unknown object');
  });
});

describe('the small ones', () => {
  it('sleep takes its time and its timer with it when cancelled (GEN-22)', async () => {
    const begin = loop.time();
    await sleep(86_400_000);
    expect(loop.time() - begin).toBeGreaterThanOrEqual(86_400_000);
    const future = sleep(1000);
    expect([future.cancel(), future.cancelled()]).toEqual([true, true]);
  });

  it('maybeFuture wraps what is no future, promises included (GEN-18)', () => {
    const future = Future.resolved(1);
    const promise = Promise.resolve(1);
    expect([
      maybeFuture(future) === future,
      maybeFuture(promise).result() === (promise as unknown),
    ]).toEqual([true, true]);
  });
});
