import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { Runner } from './runner.ts';
import { sleep } from './sleep.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let loop: IOLoop;

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
});

afterEach(() => {
  loop.close();
});

async function collectAll(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate);
    collect();
  }
}

/** In a function of its own: nothing of it stays on the stack. */
function weak<T extends object>(make: () => T): WeakRef<T> {
  return new WeakRef(make());
}

describe('a runner', () => {
  it('does not enter a generator that is running, whatever is drained or cancelled meanwhile (GEN-10)', async () => {
    const seen: string[] = [];
    const self: { runner?: Runner<void> } = {};
    const runner = new Runner(
      (function* (): Generator<unknown, void, unknown> {
        yield* sleep(1);
        self.runner?.future.cancel();
        self.runner?.onSettled();
        loop.enter();
        loop.exit();
        seen.push('on');
        yield null;
        seen.push('never');
      })(),
    );
    self.runner = runner;
    await runner.future.then(null, () => null);
    expect([seen, runner.future.cancelled()]).toEqual([['on'], true]);
  });

  it('ignores news of a future that it does not wait for (GEN-10)', async () => {
    const runner = new Runner(
      (function* (): Generator<unknown, number, unknown> {
        yield* sleep(1);
        return 1;
      })(),
    );
    runner.onSettled();
    expect(runner.future.done()).toBe(false);
    expect(await runner.future).toBe(1);
  });

  it('and what it waits for live as long as its future does (GEN-11)', async () => {
    let awaited: WeakRef<Future<number>> | null = null;
    const work = coroutine(function* () {
      const future = new Future<number>();
      awaited = new WeakRef(future);
      return yield* future;
    })();
    await collectAll();
    (awaited as unknown as WeakRef<Future<number>>).deref()?.setResult(7);
    expect(await work).toBe(7);
  });

  it('is resumed by a promise that nobody else holds (GEN-38)', async () => {
    const work = coroutine(function* () {
      return yield new Promise((resolve) => {
        setTimeout(resolve, 20, 'kept');
      });
    })();
    await collectAll();
    expect(await work).toBe('kept');
  });

  it('keeps nothing of an error that it has thrown into the generator (GEN-42)', async () => {
    let first: WeakRef<object> | null = null;
    const work = coroutine(function* (): Generator<unknown, void, unknown> {
      try {
        yield sleep(1).then(() => {
          const error = new Error('first');
          first = weak(() => error);
          throw error;
        });
      } catch {
        yield* sleep(1);
      }
      throw new Error('second');
    })();
    let second: unknown;
    await work.then(null, (error: unknown) => (second = error));
    await collectAll();
    expect((second as Error).cause).toBeUndefined();
    expect((first as unknown as WeakRef<object>).deref()).toBeUndefined();
  });

  it('keeps no error while the generator goes on (GEN-42)', async () => {
    let caught: WeakRef<object> | null = null;
    const end = new Future<void>();
    const work = coroutine(function* (): Generator<unknown, void, unknown> {
      try {
        yield failing();
      } catch (error) {
        caught = new WeakRef(error as object);
      }
      yield end;
    })();
    await sleep(5);
    await collectAll();
    expect((caught as unknown as WeakRef<object>).deref()).toBeUndefined();
    end.setResult();
    await work;
  });
});

const failing = coroutine(function* (): Generator<unknown, never, unknown> {
  yield* sleep(1);
  throw new Error('forgotten');
});
