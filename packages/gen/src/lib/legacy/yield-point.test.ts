import { CancelledError, Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { BadYieldError } from '../gen-error.ts';
import { Arguments } from './arguments.ts';
import { coroutine } from './engine.ts';
import { MultiYieldPoint, YieldFuture } from './multi-yield-point.ts';
import { KeyReuseError, LeakedCallbackError, UnknownKeyError } from './yield-point-error.ts';
import { Callback, Wait, WaitAll, YieldPoint } from './yield-point.ts';
import type { YieldPointRunner } from './yield-point.ts';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

describe('Callback and Wait', () => {
  it('make a function, and wait until it is called (GEN-30)', async () => {
    const work = coroutine(function* () {
      const callback = yield* new Callback<[number]>('k');
      expectTypeOf(callback).toEqualTypeOf<(n: number) => void>();
      loop.addCallback(callback, 42);
      const result = yield* new Wait<number>('k');
      expectTypeOf(result).toEqualTypeOf<number>();
      return result;
    });
    expect(await work()).toBe(42);
  });

  it('work with a plain yield, and with a function that is called before it is waited for (GEN-30)', async () => {
    const work = coroutine(function* () {
      const callback = (yield new Callback('k')) as (result: string) => void;
      callback('early');
      return yield new Wait('k');
    });
    expect(await work()).toBe('early');
  });

  it('take anything as a key; lists are compared by their elements (GEN-30)', async () => {
    const object = {};
    const work = coroutine(function* () {
      for (const key of [['a', [1, NaN]], ['a', [2, NaN]], object, 7, null]) {
        (yield* new Callback(key))(key);
      }
      return yield* new WaitAll([['a', [2, NaN]], null, object, ['a', [1, NaN]], 7]);
    });
    expect(await work()).toEqual([['a', [2, NaN]], null, object, ['a', [1, NaN]], 7]);
  });

  it('give null for no argument, the argument for one, Arguments for several (GEN-31)', async () => {
    const work = coroutine(function* () {
      (yield* new Callback(0))();
      (yield* new Callback(1))('one');
      (yield* new Callback(2))('one', { two: 2 });
      return yield* new WaitAll<[null, string, Arguments]>([0, 1, 2]);
    });
    const [none, one, several] = await work();
    expect([none, one]).toEqual([null, 'one']);
    expect(several).toBeInstanceOf(Arguments);
    expect(several.args).toEqual(['one', { two: 2 }]);
  });

  it('throw KeyReuseError into the generator for a key that is pending, which may go on (GEN-32)', async () => {
    const work = coroutine(function* () {
      const callback = yield* new Callback('k');
      try {
        yield* new Callback('k');
      } catch (error) {
        loop.addCallback(callback, error);
      }
      return yield* new Wait('k');
    });
    const error = await work();
    expect(error).toBeInstanceOf(KeyReuseError);
    expect(error).toMatchObject({ code: 'ERR_KEY_REUSE' });
  });

  it('throw UnknownKeyError into the generator for a key that is not, which may go on (GEN-32)', async () => {
    const work = coroutine(function* () {
      const errors: unknown[] = [];
      for (const point of [new Wait('k'), new WaitAll(['k']), new Wait(['k'])]) {
        try {
          yield point;
        } catch (error) {
          errors.push(error);
        }
      }
      return errors;
    });
    const errors = await work();
    expect(errors).toHaveLength(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(UnknownKeyError);
      expect(error).toMatchObject({ code: 'ERR_UNKNOWN_KEY' });
    }
  });

  it('let a key be used again when it was waited for', async () => {
    const work = coroutine(function* () {
      const results: unknown[] = [];
      for (const n of [1, 2]) {
        const callback = yield* new Callback('k');
        callback(n);
        results.push(yield* new Wait('k'));
        callback('again'); // of no effect
      }
      return results;
    });
    expect(await work()).toEqual([1, 2]);
  });

  it.each([
    ['called', (callback: () => void) => callback],
    ['not called', () => () => undefined],
  ])(
    'fail with LeakedCallbackError a coroutine that does not wait, %s (GEN-33)',
    async (_, use) => {
      const work = coroutine(function* () {
        use(yield* new Callback('k'))();
      });
      const error: unknown = await work().then(null, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(LeakedCallbackError);
      expect(error).toMatchObject({ code: 'ERR_LEAKED_CALLBACK' });
      expect(String(error)).toContain("finished without waiting for callbacks [ 'k' ]");
    },
  );

  it('do not mind a leak in a coroutine that an error was thrown into (GEN-33)', async () => {
    const work = coroutine(function* () {
      yield* new Callback('k');
      try {
        yield Future.rejected(new Error('mine'));
      } catch {
        return 'done';
      }
      return 'not thrown';
    });
    expect(await work()).toBe('done');
  });

  it('do not mind a leaked function that is called when the coroutine has ended (GEN-34)', async () => {
    let leaked: (...args: unknown[]) => void = () => undefined;
    const work = coroutine(function* () {
      leaked = yield* new Callback('k');
      throw new Error('mine');
    });
    await expect(work()).rejects.toThrow('mine');
    expect(leaked).not.toThrow();
  });

  it('can be cancelled while they wait', async () => {
    let isTidy = false;
    const work = coroutine(function* () {
      yield* new Callback('k');
      loop.addCallback(() => future.cancel());
      try {
        yield* new Wait('k');
      } finally {
        isTidy = true;
      }
    });
    const future: Future<void> = work();
    await expect(future).rejects.toThrow(CancelledError);
    expect(isTidy).toBe(true);
  });
});

describe('MultiYieldPoint', () => {
  it('is what a list or a record with a yield point becomes, futures and promises among them (GEN-17)', async () => {
    const work = coroutine(function* () {
      (yield* new Callback('k'))('called');
      const list: unknown = yield [new Wait('k'), Promise.resolve(1), Future.resolved(2)];
      const record: unknown = yield {
        callback: new Callback('j'),
        nested: [null, Promise.resolve(3)],
      };
      (record as { callback: () => void }).callback();
      yield new Wait('j');
      return [list, (record as { nested: unknown }).nested];
    });
    expect(await work()).toEqual([
      ['called', 1, 2],
      [null, 3],
    ]);
  });

  it('waits for all, and keeps their types (GEN-17)', async () => {
    const later = new Future<number>();
    const work = coroutine(function* () {
      const callback = yield* new Callback<[string]>('k');
      loop.callLater(1, callback, 'called');
      loop.callLater(2, () => {
        later.setResult(42);
      });
      const both = yield* new MultiYieldPoint([new Wait<string>('k'), later]);
      expectTypeOf(both).toEqualTypeOf<[string, number]>();
      return both;
    });
    expect(await work()).toEqual(['called', 42]);
  });

  it('nests', async () => {
    const work = coroutine(function* () {
      (yield* new Callback('k'))(1);
      const result: unknown = yield { deep: [{ deeper: new Wait('k') }] };
      return result;
    });
    expect(await work()).toEqual({ deep: [{ deeper: 1 }] });
  });

  it('fails with the first error in order, and logs the others (GEN-17)', async () => {
    const work = coroutine(function* () {
      yield* new MultiYieldPoint([
        new YieldFuture(Future.resolved(1)),
        new YieldFuture(Promise.reject(new Error('first'))),
        Future.rejected(new RangeError('second')),
      ]);
    });
    await new ExpectLog('typhoon.application', /Multiple exceptions in yield list/).run(
      async () => {
        await expect(work()).rejects.toThrow('first');
      },
    );
  });

  it('leaves quiet exceptions unlogged', async () => {
    const work = coroutine(function* () {
      const failing = [
        Future.rejected(new Error('first')),
        Future.rejected(new RangeError('quiet')),
      ];
      yield* new MultiYieldPoint(failing, { quietExceptions: [RangeError] });
    });
    await expect(work()).rejects.toThrow('first');
  });

  it('throws BadYieldError for a child that cannot be waited for', async () => {
    const work = coroutine(function* () {
      yield [new Callback('k'), 42];
    });
    await expect(work()).rejects.toThrow(BadYieldError);
  });
});

describe('YieldPoint', () => {
  /** Is ready when it is told so. */
  class Told extends YieldPoint<string> {
    answer: string | null = null;
    start(runner: YieldPointRunner): void {
      runner.registerCallback(this);
      loop.callLater(1, () => {
        runner.setResult(this, null); // asked, and not ready yet
        this.answer = 'ready';
        runner.setResult(this, null);
        runner.popResult(this);
      });
    }
    isReady(): boolean {
      return this.answer !== null;
    }
    getResult(): string {
      if (this.answer === null) throw new Error('too early');
      return this.answer;
    }
  }

  it('is a class to extend: asked when it starts, and after each result', async () => {
    const work = coroutine(function* () {
      const answer = yield* new Told();
      expectTypeOf(answer).toEqualTypeOf<string>();
      return answer;
    });
    expect(await work()).toBe('ready');
  });

  it('throws what its methods throw into the generator', async () => {
    class Failing extends Told {
      override getResult(): string {
        throw new Error('mine');
      }
    }
    const work = coroutine(function* () {
      try {
        return yield* new Failing();
      } catch (error) {
        return String(error);
      }
    });
    expect(await work()).toBe('Error: mine');
  });
});
