import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { IOLoop } from '@typhoon/ioloop';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { CancelledError, InvalidStateError } from './future-error.ts';
import { Future, isFuture } from './future.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Lets everything run that is due in this turn and the next. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a future', () => {
  it('is pending, then done, and gives its result', () => {
    const future = new Future<number>();
    expect([future.done(), future.running()]).toEqual([false, true]);
    future.setResult(1);
    expect([future.done(), future.running(), future.result(), future.exception()]).toEqual([
      true,
      false,
      1,
      null,
    ]);
  });

  it('throws what it failed with', () => {
    const error = new Error('x');
    const future = Future.rejected(error);
    expect(() => future.result()).toThrow(error);
    expect(future.exception()).toBe(error);
  });

  it('has no result before it is settled (CON-4)', () => {
    expect(() => new Future().result()).toThrow(InvalidStateError);
    expect(() => new Future().exception()).toThrow(InvalidStateError);
  });

  it('is settled once (CON-3)', () => {
    const future = Future.resolved(1);
    expect(() => {
      future.setResult(2);
    }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_STATE' }) as Error);
  });

  it('can be cancelled, once, and then has no result (CON-3)', () => {
    const future = new Future();
    expect([future.cancel(), future.cancel(), future.cancelled()]).toEqual([true, false, true]);
    expect(() => future.result()).toThrow(CancelledError);
  });

  it('leaves it to its owner how cancelling ends', () => {
    const future: Future<number> = new Future<number>({ onCancel: () => true });
    expect([future.cancel(), future.done()]).toEqual([true, false]);
    future.setResult(7);
    expect(future.result()).toBe(7);
  });

  it('is no promise, and a promise is no future (CON-9)', () => {
    expect([isFuture(new Future()), isFuture(Promise.resolve())]).toEqual([true, false]);
  });

  it('can be used as one of a wider type', () => {
    expectTypeOf<Future<number>>().toExtend<Future<unknown>>();
    expectTypeOf<Future<number>>().toExtend<PromiseLike<number>>();
  });
});

describe('callbacks', () => {
  it('run in order, never from inside setResult (CON-2)', async () => {
    const future = new Future<number>();
    const seen: string[] = [];
    future.addDoneCallback(() => seen.push('a'));
    future.addDoneCallback(() => seen.push('b'));
    future.setResult(1);
    future.addDoneCallback(() => seen.push('c'));
    expect(seen).toEqual([]);
    await settle();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('run in the event in which the future is settled', () => {
    const loop = IOLoop.current();
    const future = new Future<number>();
    const seen: number[] = [];
    future.addDoneCallback((done) => seen.push(done.result()));
    loop.enter();
    future.setResult(1);
    loop.exit();
    expect(seen).toEqual([1]);
  });

  it('that throw are logged, and the others run all the same', async () => {
    const future = new Future<void>();
    const seen: string[] = [];
    future.addDoneCallback(() => {
      throw new Error('broken');
    });
    future.addDoneCallback(() => seen.push('b'));
    await new ExpectLog('typhoon.application', /Exception in callback/).run(async () => {
      future.setResult();
      await settle();
    });
    expect(seen).toEqual(['b']);
  });

  it('can be taken back', async () => {
    const future = new Future<void>();
    const seen: string[] = [];
    const callback = (): void => {
      seen.push('a');
    };
    future.addDoneCallback(callback);
    future.addDoneCallback(() => seen.push('b'));
    expect([future.removeDoneCallback(callback), future.removeDoneCallback(callback)]).toEqual([
      true,
      false,
    ]);
    future.setResult();
    await settle();
    expect(seen).toEqual(['b']);
  });
});

describe('promises', () => {
  it('and futures become each other (PLT-1)', async () => {
    expect(await Future.from(Promise.resolve(1))).toBe(1);
    await expect(Future.from(Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await Promise.all([Future.resolved(1), Future.resolved(2)])).toEqual([1, 2]);
  });

  it('that a future is awaited by see its cancellation', async () => {
    const future = new Future();
    const awaited = expect(future).rejects.toThrow(CancelledError);
    future.cancel();
    await awaited;
  });
});

describe('an error that nobody looks at', () => {
  it('is logged when the future is collected (CON-5)', async () => {
    await new ExpectLog('typhoon.application', /Future exception was never retrieved/).run(
      async () => {
        (() => Future.rejected(new Error('lost')))();
        for (let i = 0; i < 20; i++) {
          await settle();
          collect();
        }
      },
    );
  });

  it('is logged even if it was made by who holds the future (CON-5)', async () => {
    class Owner {
      readonly future = new Future<never>();

      fail(): void {
        this.future.setException(new Error('lost by its owner'));
      }
    }
    await new ExpectLog('typhoon.application', /Future exception was never retrieved/).run(
      async () => {
        (() => {
          new Owner().fail();
        })();
        for (let i = 0; i < 20; i++) {
          await settle();
          collect();
        }
      },
    );
  });

  it('is logged with who made the future in debug mode, else with how to have that (CON-5)', async () => {
    const lose = async (pattern: RegExp): Promise<void> => {
      await new ExpectLog('typhoon.application', pattern).run(async () => {
        (function makesIt() {
          const future = new Future<void>();
          setImmediate(() => {
            future.setException(new Error('lost'));
          });
        })();
        for (let i = 0; i < 20; i++) {
          await settle();
          collect();
        }
      });
    };
    await lose(/Future exception was never retrieved \(IOLoop.setDebug\(true\) tells where/);
    IOLoop.setDebug(true);
    try {
      await lose(
        /Future exception was never retrieved; it was made\n {4}at makesIt .*future.test.ts/,
      );
    } finally {
      IOLoop.setDebug(false);
    }
  });

  it('is not logged when somebody has looked (CON-6)', async () => {
    const log = new ExpectLog('typhoon.application', /Future exception was never retrieved/, {
      required: false,
    });
    await log.run(async () => {
      Future.rejected(new Error('seen')).exception();
      await settle();
      collect();
      await settle();
    });
    expect(log.matched).toBe(false);
  });
});
