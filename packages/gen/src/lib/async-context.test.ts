// AsyncLocalStorage: a coroutine is resumed in the context it started in, whoever resumes it.
import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { moment } from './moment.ts';
import { multi } from './multi.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';

let loop: IOLoop;
const name = new AsyncLocalStorage<string>();

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
});

afterEach(() => {
  loop.close();
});

/** What the storage holds after each of several waits. */
const look = coroutine(function* (waits: readonly (() => unknown)[]) {
  const seen: unknown[] = [];
  for (const wait of waits) {
    try {
      yield wait();
    } catch {
      seen.push('caught');
    }
    seen.push(name.getStore());
  }
  return seen;
});

describe('the context of a coroutine', () => {
  it('is there after timers, promises, turns of the loop and children (GEN-12)', async () => {
    const waits = [
      () => sleep(5),
      () => Promise.resolve(1),
      () => moment,
      () => null,
      () => Future.resolved(1),
      () => [sleep(1), Promise.resolve(2)],
      () => look([() => sleep(1)]),
    ];
    const seen = await name.run('mine', () => look(waits));
    expect(seen).toEqual(waits.map(() => 'mine'));
  });

  it('is its own when a future is settled in another one, with an error too (GEN-12)', async () => {
    const [first, second] = [new Future<void>(), new Future<void>()];
    const work = name.run('mine', () => look([() => first, () => second]));
    name.run('other', () => {
      first.setResult();
    });
    await sleep(1);
    name.run('another', () => {
      second.setException(new Error('x'));
    });
    expect(await work).toEqual(['mine', 'caught', 'mine']);
  });

  it('is none where it started in none, though others have one (GEN-12)', async () => {
    const future = new Future<void>();
    const work = look([() => future]);
    name.run('other', () => {
      future.setResult();
    });
    expect(await work).toEqual([undefined]);
  });

  it('does not mix with those of others that wait for the same (GEN-12)', async () => {
    const future = new Future<void>();
    const works = ['a', 'b', 'c'].map((who) => name.run(who, () => look([() => future])));
    future.setResult();
    expect(await multi(works)).toEqual([['a'], ['b'], ['c']]);
  });

  it('is what it was when the coroutine first waited: set before that, it is still there and can be reset (GEN-12)', async () => {
    const work = coroutine(function* () {
      name.enterWith('set');
      yield null;
      const seen = [name.getStore()];
      name.enterWith('reset');
      seen.push(name.getStore());
      return seen;
    });
    expect(await name.run('outer', work)).toEqual(['set', 'reset']);
  });

  it('is there when CancelledError is thrown, and in finally blocks', async () => {
    const seen: unknown[] = [];
    const work = name.run('mine', () =>
      coroutine(function* () {
        try {
          yield* sleep(1000);
        } finally {
          seen.push(name.getStore());
          yield* sleep(1);
          seen.push(name.getStore());
        }
      })(),
    );
    name.run('killer', () => work.cancel());
    await work.then(null, () => null);
    expect(seen).toEqual(['mine', 'mine']);
  });

  it('is that of the scope for its children', async () => {
    const seen = await name.run('mine', () =>
      scope(function* (s) {
        return yield* s.start(look, [() => sleep(1)]);
      }),
    );
    expect(seen).toEqual(['mine']);
  });
});
