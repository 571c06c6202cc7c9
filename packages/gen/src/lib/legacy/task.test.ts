import { IOLoop } from '@typhoon/ioloop';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { Arguments } from './arguments.ts';
import { coroutine } from './engine.ts';
import { Task } from './task.ts';
import type { Future } from '@typhoon/concurrent';

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop();
});

afterEach(() => {
  loop.close();
});

function fail(): never {
  throw new Error('mine');
}

function double(n: number, callback: (result: number) => void): void {
  loop.addCallback(callback, n * 2);
}

describe('Task', () => {
  it('calls with an extra callback, and gives what that is called with (GEN-35)', async () => {
    const work = coroutine(function* () {
      const result = yield* Task(double, 21);
      expectTypeOf(result).toEqualTypeOf<number>();
      return result;
    });
    expect(await work()).toBe(42);
    // @ts-expect-error -- the arguments are checked
    Task(double, '21');
  });

  it('gives null for no result, and Arguments for several (GEN-31)', async () => {
    const none = Task((callback: () => void) => {
      callback();
    });
    expectTypeOf(none).toEqualTypeOf<Future<null>>();
    expect(await none).toBeNull();
    const two = Task((callback: (a: number, b: string) => void) => {
      callback(1, 'b');
    });
    expectTypeOf(two).toEqualTypeOf<Future<Arguments>>();
    expect((await two).args).toEqual([1, 'b']);
  });

  it('passes named options through (GEN-44)', async () => {
    const add = (a: number, options: { b: number }, callback: (sum: number) => void): void => {
      callback(a + options.b);
    };
    expect(await Task(add, 1, { b: 2 })).toBe(3);
  });

  it('fails with what the function throws, and throws nothing itself (GEN-35, 44)', async () => {
    await expect(Task((_callback: () => void) => fail())).rejects.toThrow('mine');
  });

  it('fails with what a callback throws later (GEN-35)', async () => {
    const heard: unknown[] = [];
    const around = new ExceptionStackContext((error) => heard.push(error) > 0);
    const task = around.run(() =>
      Task((_callback: () => void) => {
        loop.addCallback(fail);
      }),
    );
    await expect(task).rejects.toThrow('mine');
    expect(heard).toEqual([]);
  });

  it('ignores further calls, and leaves what is thrown after the first to others (GEN-35, 44)', async () => {
    const heard: unknown[] = [];
    const around = new ExceptionStackContext((error) => heard.push(error) > 0);
    const task = around.run(() =>
      Task((callback: (n: number) => void) => {
        callback(1);
        callback(2);
        loop.addCallback(fail);
        fail();
      }),
    );
    expect(task?.result()).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([new Error('mine'), new Error('mine')]);
  });
});
