import { CancelledError, Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { scope } from './scope.ts';
import { sleep } from './sleep.ts';
import type { Scope } from './scope.ts';

let loop: IOLoop;
let seen: string[];

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
  seen = [];
});

afterEach(() => {
  loop.close();
});

/** Takes `ms`, and `tidyMs` more in its `finally`, where it says its name. */
const work = coroutine(function* (name: string, ms: number, tidyMs?: number) {
  try {
    yield* sleep(ms);
    return name;
  } finally {
    yield* sleep(tidyMs ?? 5);
    seen.push(name);
  }
});

const fail = coroutine(function* (ms: number, error: Error): Generator<unknown, never, unknown> {
  yield* sleep(ms);
  throw error;
});

describe('a scope', () => {
  it('has the result of its body', async () => {
    const sum = scope(function* (s) {
      const [left, right] = [s.start(work, 'a', 20), s.start(work, 'b', 10)];
      return (yield* left) + (yield* right);
    });
    expect(await sum).toBe('ab');
  });

  it('left by return waits for every child and its finally, also for those that children start', async () => {
    const result = scope(function* (s) {
      s.start(function* () {
        yield* sleep(50);
        s.start(work, 'late', 50);
      });
      s.start(work, 'early', 10);
      yield null;
      return 'body';
    });
    expect([await result, seen]).toEqual(['body', ['early', 'late']]);
  });

  it('left by an error of its body cancels the children and waits for every finally', async () => {
    const result = scope(function* (s): Generator<unknown, never, unknown> {
      s.start(work, 'a', 1000, 20);
      s.start(work, 'b', 1000, 10);
      yield* sleep(1);
      throw new Error('body');
    });
    await expect(result).rejects.toThrow('body');
    expect([seen, loop.time() % 1000 < 100]).toEqual([['b', 'a'], true]);
  });

  it('left by the first error of a child cancels its siblings and the body', async () => {
    const begin = loop.time();
    const result = scope(function* (s) {
      s.start(fail, 10, new Error('child'));
      s.start(work, 'sibling', 60_000);
      try {
        yield* sleep(60_000);
      } finally {
        seen.push('body');
      }
    });
    await expect(result).rejects.toThrow('child');
    expect([seen, loop.time() - begin < 100]).toEqual([['body', 'sibling'], true]);
  });

  it('left by cancellation ends as cancelled when every finally has run', async () => {
    const result = scope(function* (s) {
      s.start(work, 'a', 60_000);
      yield* work('body', 60_000, 50);
    });
    result.cancel();
    await expect(result).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['a', 'body']);
  });

  it('that is cancelled while it waits for its children after the body cancels them', async () => {
    const result = scope(function* (s) {
      s.start(work, 'a', 60_000);
      yield null;
      return 1;
    });
    loop.callLater(10, () => result.cancel());
    expect([await result, seen]).toEqual([1, ['a']]);
  });

  it('in a coroutine that is cancelled goes with it, five deep', async () => {
    const nested = coroutine(function* (depth: number): Generator<unknown, void, unknown> {
      yield* scope(function* (s) {
        s.start(work, `child ${depth}`, 60_000);
        if (depth < 5) yield* nested(depth + 1);
        else yield* sleep(60_000);
      });
    });
    const future = nested(1);
    loop.callLater(10, () => future.cancel());
    await expect(future).rejects.toThrow(CancelledError);
    expect(seen.sort()).toEqual(['child 1', 'child 2', 'child 3', 'child 4', 'child 5']);
  });
});

describe('a child of a scope', () => {
  it('that is cancelled by itself harms nobody', async () => {
    const result = scope(function* (s) {
      s.start(work, 'a', 1000).cancel();
      s.start(work, 'b', 10);
      yield null;
      return 'fine';
    });
    expect([await result, seen]).toEqual(['fine', ['a', 'b']]);
  });

  it('gives its own error to who waits for it', async () => {
    const result = scope(function* (s) {
      try {
        yield* s.start(fail, 1, new Error('mine'));
      } catch (error) {
        seen.push(String(error));
      }
    });
    await expect(result).rejects.toThrow('mine');
    expect(seen).toEqual(['Error: mine']);
  });

  it('that fails after the first has its error logged', async () => {
    const result = scope(function* (s) {
      s.start(fail, 1, new Error('first'));
      s.start(function* () {
        try {
          yield* sleep(1000);
        } finally {
          yield* fail(1, new Error('second'));
        }
      });
      yield null;
    });
    await new ExpectLog('typhoon.application', /Multiple exceptions in scope/).run(async () => {
      await expect(result).rejects.toThrow('first');
    });
  });

  it('can be an async function: it hears of the end by the signal, and is waited for', async () => {
    const asyncWork = async (signal: AbortSignal): Promise<void> => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      await sleep(20);
      seen.push('tidy');
    };
    const result = scope(async (s: Scope) => {
      s.start(asyncWork, s.signal);
      await sleep(1);
      throw new Error('body');
    });
    await expect(result).rejects.toThrow('body');
    expect(seen).toEqual(['tidy']);
  });

  it('that only serves the body is ended by cancelChildren', async () => {
    const result = scope(function* (s) {
      s.start(work, 'heartbeat', 60_000);
      yield* sleep(10);
      s.cancelChildren();
      return 'body';
    });
    expect([await result, seen]).toEqual(['body', ['heartbeat']]);
  });

  it('can be one future twice', async () => {
    const future = sleep(10);
    await scope(function* (s) {
      s.start(() => future);
      s.start(() => future);
      yield null;
    });
    expect(future.done()).toBe(true);
  });

  it('that throws at once fails the scope', async () => {
    const result = scope(function* (s) {
      s.start((): Future<void> => {
        throw new Error('at once');
      });
      yield* sleep(60_000);
    });
    await expect(result).rejects.toThrow('at once');
  });
});

describe('starting too late', () => {
  it('does nothing while the scope is left, and gives a cancelled future', async () => {
    const result = scope(function* (s) {
      try {
        yield* sleep(1000);
      } finally {
        seen.push(String(s.start(work, 'never', 1).cancelled()));
      }
    });
    result.cancel();
    await expect(result).rejects.toThrow(CancelledError);
    expect([seen, result.cancelled()]).toEqual([['true'], true]);
  });

  it('throws when the scope has ended', async () => {
    let kept: Scope | null = null;
    await scope(function* (s) {
      kept = s;
      yield null;
    });
    expect(() => kept?.start(work, 'a', 1)).toThrow(
      expect.objectContaining({ code: 'ERR_SCOPE_CLOSED' }) as Error,
    );
  });

  it('is seen by the signal, also when it is asked for afterwards', async () => {
    let kept: Scope | null = null;
    const result = scope(function* (s) {
      kept = s;
      yield* sleep(1000);
    });
    result.cancel('why');
    await expect(result).rejects.toThrow(CancelledError);
    const { signal } = kept as unknown as Scope;
    expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
  });
});
