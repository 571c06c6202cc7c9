import { describe, expect, it } from 'vitest';
import { IOLoop } from '@typhoon/ioloop';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { appLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { DummyExecutor } from '../dummy-executor.ts';
import { runOnExecutor } from './run-on-executor.ts';

const loop = new IOLoop({ makeCurrent: false });

class Office {
  readonly executor = new DummyExecutor();
  readonly besides = new DummyExecutor();
  readonly ioLoop = loop;

  readonly double = runOnExecutor((n: number) => n * 2);

  readonly triple = runOnExecutor({ executor: 'besides', ioLoop: 'absent' })((n: number) => n * 3);

  readonly fail = runOnExecutor(() => {
    throw new Error('no');
  });

  @runOnExecutor
  add(
    ...args: [a: number, b: number, callback?: (sum: number) => void]
  ): number | PromiseLike<number> {
    return args[0] + args[1];
  }
}

const office = new Office();

describe('runOnExecutor with a callback', () => {
  it('calls it with the result on the loop of the object (CON-11)', async () => {
    const seen = await new Promise<unknown[]>((resolve) => {
      office.double(4, (result) => {
        resolve([result, IOLoop.current() === loop]);
      });
    });
    expect(seen).toEqual([8, true]);
  });

  it('calls it on the current loop when the object has none (CON-11)', async () => {
    expect(
      await new Promise((resolve) => {
        void office.triple(4, resolve);
      }),
    ).toBe(12);
  });

  it('gives the future as well (CON-10, 11)', async () => {
    expect(await office.double(4, () => undefined)).toBe(8);
    expect(await office.double(5)).toBe(10);
  });

  it('works as a decorator (CON-10)', async () => {
    expect(await new Promise((resolve) => void office.add(1, 2, resolve))).toBe(3);
  });

  it('calls it in the stack contexts of the call (CON-11, STK-12)', async () => {
    const heard = await new Promise((resolve) => {
      new ExceptionStackContext((error) => (resolve(error), true)).run(() => {
        void office.double(4, (result) => {
          throw new Error(`got ${String(result)}`);
        });
      });
    });
    expect(heard).toEqual(new Error('got 8'));
  });

  it('logs the error instead of calling it (CON-11)', async () => {
    using log = new ExpectLog(appLog, /Exception in callback/);
    office.fail(() => undefined);
    await new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    expect(log.matched).toBe(true);
  });
});
