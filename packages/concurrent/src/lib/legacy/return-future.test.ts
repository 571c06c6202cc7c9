import { IOLoop } from '@typhoon/ioloop';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { returnFuture } from './return-future.ts';
import type { Future } from '../future.ts';

type ResultCallback<R> = (result: R) => void;

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const double = returnFuture((n: number, callback: ResultCallback<number>) => {
  loop.addCallback(callback, n * 2);
});

describe('returnFuture', () => {
  it('gives a future of what the function calls back with (CON-13)', async () => {
    const future = double(21);
    expect(future.done()).toBe(false);
    expectTypeOf(future).toEqualTypeOf<Future<number>>();
    expect(await future).toBe(42);
  });

  it('has the result at once when the function calls back at once; only the first counts', () => {
    const twice = returnFuture((callback: ResultCallback<string>) => {
      callback('first');
      callback('second');
    });
    expect(twice().result()).toBe('first');
  });

  it('gives null for a callback without argument (CON-13)', async () => {
    const later = returnFuture((callback: () => void) => {
      loop.addCallback(callback);
    });
    expectTypeOf(later()).toEqualTypeOf<Future<null>>();
    expect(await later()).toBeNull();
  });

  it('finds the callback at any position (CON-13)', async () => {
    const add = returnFuture(
      (a: number, callback: ResultCallback<number>, b: number) => {
        callback(a + b);
      },
      { callbackPosition: 1 },
    );
    const seen: number[] = [];
    expect(add(1, null, 2).result()).toBe(3);
    expect(await add(3, (sum) => seen.push(sum), 4)).toBe(7);
    expect(seen).toEqual([7]);
    expectTypeOf(add).returns.toEqualTypeOf<Future<number>>();
    // @ts-expect-error -- the other arguments are checked
    add('1', null, 2);
  });

  it('finds the callback by its name among the options (CON-13)', async () => {
    const add = returnFuture(
      (a: number, options: { b: number; callback: ResultCallback<number> }) => {
        options.callback(a + options.b);
      },
      { byName: true },
    );
    const seen: number[] = [];
    const future = add(1, { b: 2, callback: (sum) => seen.push(sum) });
    expectTypeOf(future).toEqualTypeOf<Future<number>>();
    expect(await future).toBe(3);
    expect(seen).toEqual([3]);
    expect(add(1, { b: 3 }).result()).toBe(4);
  });

  it('throws what the function throws at once, and calls nobody back (CON-14)', async () => {
    const seen: unknown[] = [];
    const failing = returnFuture((_callback: ResultCallback<number>) => {
      throw new Error('at once');
    });
    expect(() => failing((n) => seen.push(n))).toThrow('at once');
    await turn();
    expect(seen).toEqual([]);
  });

  it('gives the future what a callback throws later (CON-14)', async () => {
    const failing = returnFuture((_callback: ResultCallback<number>) => {
      loop.addCallback(() => {
        throw new Error('later');
      });
    });
    await expect(failing()).rejects.toThrow('later');
  });

  it('leaves to others what is thrown once the future is settled', async () => {
    const heard: unknown[] = [];
    const context = new ExceptionStackContext((error) => heard.push(error) > 0);
    const failing = returnFuture((callback: ResultCallback<number>) => {
      loop.addCallback(() => {
        callback(1);
        throw new Error('too late');
      });
    });
    const future = context.run(() => failing());
    expect(await future).toBe(1);
    expect(heard).toEqual([new Error('too late')]);
  });

  it('refuses a function that returns a value (CON-15)', () => {
    const wrong = returnFuture((callback: ResultCallback<number>) => {
      callback(1);
      return 42;
    });
    expect(() => wrong()).toThrow(
      expect.objectContaining({
        name: 'ReturnValueIgnoredError',
        code: 'ERR_RETURN_VALUE_IGNORED',
      }),
    );
  });

  it('calls the callback that the caller gave, in the caller’s stack context (CON-16)', async () => {
    const heard: unknown[] = [];
    const context = new ExceptionStackContext((error) => heard.push(error) > 0);
    context.run(() =>
      double(21, (n) => {
        throw new Error(`got ${String(n)}`);
      }),
    );
    await turn();
    expect(heard).toEqual([new Error('got 42')]);
  });

  it('calls it with no argument when it got none (CON-16)', async () => {
    const seen: unknown[][] = [];
    const later = returnFuture((callback: () => void) => {
      loop.addCallback(callback);
    });
    await later((...args: unknown[]) => seen.push(args));
    expect(seen).toEqual([[]]);
  });

  it('raises a failure in that context, instead of calling back (CON-16)', async () => {
    const seen: unknown[] = [];
    const failing = returnFuture((_callback: ResultCallback<number>) => {
      loop.addCallback(() => {
        throw new Error('later');
      });
    });
    const context = new ExceptionStackContext((error) => seen.push(error) > 0);
    context.run(() => failing((n) => seen.push(n)));
    await turn();
    expect(seen).toEqual([new Error('later')]);
  });

  it('has a failure logged where there is no context', async () => {
    const failing = returnFuture((_callback: ResultCallback<number>) => {
      loop.addCallback(() => {
        throw new Error('later');
      });
    });
    const expected = new ExpectLog('typhoon.application', /Exception in callback/);
    await expected.run(async () => {
      failing(() => undefined);
      await turn();
    });
  });

  it('keeps this, the name and the arguments’ types, and decorates methods', async () => {
    class Scale {
      readonly factor = 3;
      @returnFuture
      times(n: number, callback: ResultCallback<number>): void {
        callback(n * this.factor);
      }
    }
    const seen: number[] = [];
    new Scale().times(14, (n) => seen.push(n));
    await turn();
    expect(seen).toEqual([42]);
    expect(new Scale().times.name).toBe('times');
    // @ts-expect-error -- a number is asked for
    double('21');
  });

  it('refuses a function without a place for the callback, and a callback that is none', () => {
    expect(() => returnFuture(() => undefined)).toThrow(TypeError);
    expect(() => double(1, 5 as unknown as null)).toThrow(TypeError);
  });
});
