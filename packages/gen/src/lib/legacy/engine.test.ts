import { Future } from '@typhoon/concurrent';
import { ReturnValueIgnoredError } from '@typhoon/concurrent/legacy';
import { IOLoop } from '@typhoon/ioloop';
import {
  ExceptionStackContext,
  StackContextInconsistentError,
  StackContext,
  state,
} from '@typhoon/ioloop/legacy';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { isCoroutineFunction } from '../coroutine.ts';
import { Return } from '../gen-error.ts';
import { moment } from '../moment.ts';
import { sleep } from '../sleep.ts';
import { coroutine, engine } from './engine.ts';
import { Task } from './task.ts';
import { Callback, Wait } from './yield-point.ts';

let loop: IOLoop;
let heard: unknown[];
let context: ExceptionStackContext;

beforeEach(() => {
  loop = new IOLoop();
  heard = [];
  context = new ExceptionStackContext((error) => heard.push(error) > 0);
});

afterEach(() => {
  loop.close();
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function fail(): never {
  throw new Error('mine');
}

describe('coroutine', () => {
  const half = coroutine(function* halve(n: number) {
    yield* sleep(0);
    if (n % 2 === 1) throw new Error('odd');
    return n / 2;
  });

  it('calls back with the result, on the loop (GEN-4)', async () => {
    const seen: number[] = [];
    const future = half(42, (n) => {
      expectTypeOf(n).toEqualTypeOf<number>();
      seen.push(n);
    });
    expectTypeOf(future).toEqualTypeOf<Future<number>>();
    expect(seen).toEqual([]);
    await future;
    expect(seen).toEqual([21]);
    // @ts-expect-error -- a callback is no argument of the function
    expect(await half(4, 5)).toBe(2);
  });

  it('raises a failure in the stack context of the call, instead (GEN-4)', async () => {
    const seen: number[] = [];
    const future = context.run(() => half(41, (n) => seen.push(n)));
    await future?.then(null, () => undefined);
    expect([seen, heard]).toEqual([[], [new Error('odd')]]);
  });

  it('takes a function that is declared for an argument', async () => {
    const call = coroutine(function* (fn: () => number) {
      yield moment;
      return fn();
    });
    expect(await call(() => 42)).toBe(42);
  });

  it('is a coroutine like those of the main entry', async () => {
    expect(isCoroutineFunction(half)).toBe(true);
    expect(half.name).toBe('halve');
    const returning = coroutine(function* () {
      (yield* new Callback('k'))();
      yield new Wait('k');
      throw new Return(42);
    });
    expect(await returning()).toBe(42);
    expect(coroutine(() => 42)().result()).toBe(42);
    class Doubler {
      readonly factor = 2;
      @coroutine
      *times(n: number): Generator<unknown, number, unknown> {
        yield moment;
        return n * this.factor;
      }
    }
    expect(await (new Doubler().times(21) as unknown as Future<number>)).toBe(42);
  });

  it('throws StackContextInconsistentError at a yield within a block (GEN-37)', async () => {
    for (const isLater of [false, true]) {
      const work = coroutine(function* () {
        if (isLater) (yield* new Callback('k'))();
        if (isLater) yield new Wait('k');
        const block = new StackContext(() => ({ [Symbol.dispose]: () => undefined })).enter();
        try {
          yield new Callback('j');
        } finally {
          block[Symbol.dispose]();
        }
      });
      await expect(work()).rejects.toThrow(StackContextInconsistentError);
      expect(state.contexts.head).toBeNull();
    }
  });
});

describe('the context of a coroutine with yield points', () => {
  it('is begun with the first, one turn later (GEN-36)', async () => {
    const depths: number[] = [];
    const order: string[] = [];
    const work = coroutine(function* () {
      depths.push(chainLength());
      loop.addCallback(() => order.push('before'));
      (yield* new Callback('k'))();
      order.push('callback');
      depths.push(chainLength());
      yield* sleep(0);
      depths.push(chainLength());
      yield new Wait('k');
    });
    await work();
    expect([depths, order]).toEqual([
      [0, 1, 1],
      ['before', 'callback'],
    ]);
  });

  it('throws the errors of callbacks into the generator where it waits, for whatever (GEN-36)', async () => {
    const pending = new Future<void>();
    const work = coroutine(function* () {
      const errors: unknown[] = [];
      yield* new Callback('k');
      for (const wait of [new Wait('k'), pending, sleep(60_000), [new Wait('k')]]) {
        loop.addCallback(fail);
        try {
          yield wait;
        } catch (error) {
          errors.push(error);
        }
      }
      return errors;
    });
    const mine = new Error('mine');
    expect(await context.run(() => work())).toEqual([mine, mine, mine, mine]);
    expect([heard, pending.done()]).toEqual([[], false]);
  });

  it('keeps an error that comes when the wait is over for the next one', async () => {
    const work = coroutine(function* () {
      const callback = yield* new Callback('k');
      loop.addCallback(() => {
        callback();
        fail();
      });
      yield new Wait('k');
      try {
        yield moment;
      } catch (error) {
        return error;
      }
      return null;
    });
    expect(await work()).toEqual(new Error('mine'));
  });

  it('passes errors outward when nobody waits any more (GEN-36)', async () => {
    const work = coroutine(function* () {
      (yield* new Callback('k'))();
      yield new Wait('k');
      loop.callLater(1, fail);
    });
    const late = coroutine(function* () {
      const callback = yield* new Callback('k');
      loop.addCallback(() => {
        callback();
        fail();
      });
      yield new Wait('k');
    });
    await context.run(() => work());
    expect(heard).toEqual([]);
    await sleep(5);
    expect(heard).toEqual([new Error('mine')]);
    await context.run(() => late());
    await turn();
    expect(heard).toHaveLength(2);
  });

  it('leaves errors of the generator itself to the future', async () => {
    const work = coroutine(function* () {
      yield* new Callback('k');
      fail();
    });
    await expect(context.run(() => work())).rejects.toThrow('mine');
    expect(heard).toEqual([]);
  });

  it('is over with the coroutine: repeated calls do not make the stack grow (GEN-36)', async () => {
    const inner = engine(function* (callback: () => void) {
      yield Task((done: () => void) => {
        loop.addCallback(done);
      });
      (yield* new Callback('k'))();
      yield new Wait('k');
      callback();
    });
    let growth = Infinity;
    const outer = coroutine(function* () {
      const before = chainLength();
      for (let i = 0; i < 10; i++) yield* Task(inner);
      growth = chainLength() - before;
    });
    await outer();
    expect(growth).toBeLessThanOrEqual(2);
  });

  function chainLength(): number {
    let length = 0;
    for (let { head } = state.contexts; head !== null; { head } = head.oldContexts) length++;
    return length;
  }
});

describe('engine', () => {
  it('runs, and returns nothing (GEN-29)', async () => {
    const seen: string[] = [];
    const work = engine(function* greeting(name: string, callback: (text: string) => void) {
      seen.push('started');
      yield* sleep(0);
      callback(`hello ${name}`);
    });
    expectTypeOf(work).returns.toEqualTypeOf<void>();
    const greet: (name: string, callback: (text: string) => unknown) => unknown = work;
    const returned = greet('you', (text) => seen.push(text));
    expect([returned, seen]).toEqual([undefined, ['started']]);
    await sleep(5);
    expect(seen).toEqual(['started', 'hello you']);
    expect(work.name).toBe('greeting');
  });

  it('raises errors in the stack context of the call (GEN-29)', async () => {
    const later = engine(function* () {
      yield* sleep(0);
      fail();
    });
    context.run(() => {
      later();
      engine(fail)();
    });
    expect(heard).toEqual([]);
    await sleep(5);
    expect(heard).toEqual([new Error('mine'), new Error('mine')]);
  });

  it('has errors logged where there is no context', async () => {
    await new ExpectLog('typhoon.application', /Exception in callback/).run(async () => {
      engine(fail)();
      await turn();
    });
  });

  it('refuses a returned value, there (GEN-29)', async () => {
    context.run(() => {
      // @ts-expect-error -- the types refuse it, too
      engine(function* () {
        yield moment;
        return 42;
      })();
    });
    await turn();
    expect(heard).toEqual([expect.any(ReturnValueIgnoredError)]);
    expect(String(heard[0])).toContain('engine functions cannot return values: 42');
  });

  it('decorates a method', async () => {
    const seen: number[] = [];
    class Scale {
      readonly factor = 3;
      @engine
      *times(n: number): Generator<unknown, void, unknown> {
        yield moment;
        seen.push(n * this.factor);
      }
    }
    new Scale().times(14);
    await turn();
    expect(seen).toEqual([42]);
  });
});
