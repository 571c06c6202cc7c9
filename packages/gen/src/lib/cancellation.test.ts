// The rows of docs/cancellation.md, in their order.
import {
  abortable,
  CancelledError,
  Future,
  shield,
  TimeoutError,
  withSignal,
  withTimeout,
} from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coroutine } from './coroutine.ts';
import { moment } from './moment.ts';
import { multi } from './multi.ts';
import { sleep } from './sleep.ts';

let loop: IOLoop;
let seen: string[];

beforeEach(() => {
  loop = new IOLoop({ clock: new VirtualClock() });
  seen = [];
});

afterEach(() => {
  loop.close();
});

/** Waits for what it is given, and tells how that ended. */
const waitFor = coroutine(function* (what: () => unknown, name?: string) {
  const me = name ?? 'work';
  try {
    const result = yield what();
    seen.push(`${me} got ${String(result)}`);
    return result;
  } catch (error) {
    seen.push(`${me} ${error instanceof Error ? error.name : 'threw'}`);
    throw error;
  } finally {
    yield* sleep(5);
    seen.push(`${me} tidy`);
  }
});

const swallow = coroutine(function* () {
  try {
    yield* sleep(1000);
  } catch {
    yield* sleep(1);
  }
  return 'swallowed';
});

async function cancelled(future: Future<unknown>): Promise<CancelledError> {
  let error: unknown;
  await future.then(undefined, (reason: unknown) => (error = reason));
  expect([error, future.cancelled()]).toEqual([expect.any(CancelledError), true]);
  return error as CancelledError;
}

describe('a coroutine that is cancelled while it waits', () => {
  it('for a future cancels that, and is thrown CancelledError', async () => {
    const future = new Future<void>();
    const work = waitFor(() => future);
    work.cancel();
    await cancelled(work);
    expect([future.cancelled(), seen]).toEqual([true, ['work CancelledError', 'work tidy']]);
  });

  it('for a promise leaves that, and its later failure is nobody’s', async () => {
    let fail: (error: Error) => void = () => undefined;
    const promise = new Promise<void>((_, reject) => (fail = reject));
    const work = waitFor(() => promise);
    work.cancel();
    await cancelled(work);
    fail(new Error('late')); // an unhandledRejection would fail the test
    await new Promise(setImmediate);
    expect(seen).toEqual(['work CancelledError', 'work tidy']);
  });

  it('for multi cancels the children, whose finally blocks run first', async () => {
    const work = waitFor(() => [
      waitFor(() => sleep(1000), 'a'),
      waitFor(() => new Future(), 'b'),
      Future.resolved(1),
    ]);
    work.cancel();
    await cancelled(work);
    expect(seen.slice(-4)).toEqual(['a tidy', 'b tidy', 'work CancelledError', 'work tidy']);
  });

  it('for sleep clears the timer', async () => {
    const begin = loop.time();
    const work = waitFor(() => sleep(86_400_000));
    work.cancel();
    await cancelled(work);
    expect(loop.time() - begin).toBeLessThan(1000);
  });

  it('for moment is thrown CancelledError in the next turn', async () => {
    const work = waitFor(() => moment);
    work.cancel();
    await cancelled(work);
    expect(seen).toEqual(['work CancelledError', 'work tidy']);
  });

  it('for a coroutine five deep ends from the inside out, with one and the same error', async () => {
    const errors: unknown[] = [];
    const nested = coroutine(function* (depth: number): Generator<unknown, void, unknown> {
      try {
        yield* depth < 5 ? nested(depth + 1) : sleep(1000);
      } catch (error) {
        errors.push(error);
        throw error;
      } finally {
        yield* sleep(1);
        seen.push(String(depth));
      }
    });
    const work = nested(1);
    work.cancel();
    await cancelled(work);
    expect([seen, new Set(errors).size]).toEqual([['5', '4', '3', '2', '1'], 1]);
  });
});

describe('a coroutine that is cancelled', () => {
  it('while it runs is thrown CancelledError where it waits next', async () => {
    const self: { future?: Future<unknown> } = {};
    self.future = coroutine(function* () {
      yield null;
      self.future?.cancel();
      seen.push('goes on');
      yield* waitFor(() => sleep(1000));
    })();
    await cancelled(self.future);
    expect(seen).toEqual(['goes on', 'work CancelledError', 'work tidy']);
  });

  it('by a signal that has aborted already is not even begun', async () => {
    await cancelled(withSignal(AbortSignal.abort(), () => waitFor(() => sleep(1))));
    expect(seen).toEqual([]);
  });

  it('twice is thrown one CancelledError: its cleaning up is not disturbed', async () => {
    const work = waitFor(() => waitFor(() => sleep(1000), 'inner'));
    loop.callLater(10, () => work.cancel());
    loop.callLater(12, () => seen.push(`again ${work.cancel()}`));
    loop.callLater(17, () => seen.push(`and again ${work.cancel()}`));
    await cancelled(work);
    const outer = ['inner tidy', 'work CancelledError', 'and again true', 'work tidy'];
    expect(seen).toEqual(['inner CancelledError', 'again true', ...outer]);
  });

  it('in a finally is thrown CancelledError where that waits; shield protects it', async () => {
    const work = coroutine(function* (): Generator<unknown, void, unknown> {
      try {
        yield* sleep(1);
      } finally {
        yield* shield(waitFor(() => sleep(50), 'shielded'));
        seen.push('never');
      }
    })();
    loop.callLater(10, () => work.cancel());
    await cancelled(work);
    await sleep(100);
    expect(seen).toEqual(['shielded got undefined', 'shielded tidy']);
  });

  it('waits for its finally blocks, which may wait themselves (PYS-28)', async () => {
    const begin = loop.time();
    const work = waitFor(() => sleep(1000));
    work.cancel();
    expect(work.done()).toBe(false);
    await cancelled(work);
    expect(loop.time() - begin).toBeGreaterThanOrEqual(5);
  });

  it('leaves what another waits for, too; the last to go cancels it', async () => {
    const shared = new Future<number>();
    const [first, second] = [waitFor(() => shared, 'first'), waitFor(() => shared, 'second')];
    first.cancel();
    await cancelled(first);
    expect(shared.done()).toBe(false);
    second.cancel();
    await cancelled(second);
    expect(shared.cancelled()).toBe(true);
  });

  it('after it has ended stays as it is', async () => {
    const work = waitFor(() => Future.resolved(1));
    await work;
    expect([work.cancel(), work.result()]).toEqual([false, 1]);
  });

  it('and swallows CancelledError ends with its own result', async () => {
    const work = swallow();
    work.cancel();
    expect(await work).toBe('swallowed');
  });

  it('and whose child swallows it gets the child’s result, and CancelledError where it waits next', async () => {
    const work = coroutine(function* () {
      seen.push(yield* swallow());
      yield* waitFor(() => sleep(1000));
    })();
    work.cancel();
    await cancelled(work);
    expect(seen.slice(-3)).toEqual(['swallowed', 'work CancelledError', 'work tidy']);
  });

  it('is thrown at the second child that swallows it: a loop around such work ends', async () => {
    let rounds = 0;
    const work = coroutine(function* (): Generator<unknown, void, unknown> {
      for (; rounds < 10; rounds++) yield* swallow();
    })();
    work.cancel();
    await cancelled(work);
    expect(rounds).toBe(1);
  });

  it('when what it waits for has ended gets that first: no result is lost', async () => {
    const item = new Future<string>();
    const work = coroutine(function* () {
      seen.push(yield* item);
      yield* sleep(1000);
    })();
    item.setResult('item');
    work.cancel();
    await cancelled(work);
    expect(seen).toEqual(['item']);
  });

  it('when what it waits for has ended gets that first, also through withTimeout and multi', async () => {
    const item = new Future<string>();
    const works = [withTimeout(1000, item), multi([item])].map((what) => waitFor(() => what));
    item.setResult('item');
    for (const work of works) work.cancel();
    await Promise.allSettled(works);
    expect(seen.filter((line) => line.includes('got'))).toEqual(['work got item', 'work got item']);
  });

  it('and fails in its finally fails with that error', async () => {
    const work = coroutine(function* () {
      try {
        yield* sleep(1000);
      } finally {
        throw new Error('cleaning up'); // eslint-disable-line no-unsafe-finally -- what is tested
      }
    })();
    work.cancel();
    await expect(work).rejects.toThrow('cleaning up');
  });

  it('and whose child fails cleaning up has that as the cause, and it is logged', async () => {
    const failure = new Error('cleaning up');
    const child = coroutine(function* () {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep(1);
        yield* Future.rejected(failure);
      }
    });
    const work = waitFor(() => child());
    await new ExpectLog('typhoon.application', /Exception after Future was cancelled/).run(
      async () => {
        work.cancel();
        expect((await cancelled(work)).cause).toBe(failure);
      },
    );
  });

  it('with a reason has it as the cause of CancelledError, however deep', async () => {
    const work = waitFor(() => waitFor(() => sleep(1000)));
    work.cancel('enough');
    expect((await cancelled(work)).cause).toBe('enough');
  });
});

describe('shield', () => {
  it('keeps the work when who waits for it is cancelled, and waits for it no longer', async () => {
    const inner = new Future<void>();
    const work = waitFor(() => shield(inner));
    work.cancel();
    await cancelled(work);
    expect([inner.done(), inner.waiters]).toEqual([false, 0]);
  });
});

describe('withTimeout', () => {
  it('leaves the work alone when the time is over', async () => {
    const work = waitFor(() => sleep(50));
    await expect(withTimeout(10, work)).rejects.toThrow(TimeoutError);
    expect(await work).toBeUndefined();
  });

  it('with cancel: true fails when the work has ended, finally blocks included', async () => {
    await expect(
      withTimeout(
        10,
        waitFor(() => sleep(1000)),
        { cancel: true },
      ),
    ).rejects.toThrow(TimeoutError);
    expect(seen).toEqual(['work CancelledError', 'work tidy']);
  });

  it('with cancel: true gives the result of work that swallows it', async () => {
    expect(await withTimeout(10, swallow(), { cancel: true })).toBe('swallowed');
  });

  it('that is cancelled cancels the work, and waits for it', async () => {
    const limited = withTimeout(
      1000,
      waitFor(() => sleep(500)),
    );
    limited.cancel();
    await cancelled(limited);
    expect(seen).toEqual(['work CancelledError', 'work tidy']);
  });
});

describe('AbortSignal', () => {
  it('that aborts cancels the work it was given to; its reason is the cause', async () => {
    const controller = new AbortController();
    const work = withSignal(controller.signal, () => waitFor(() => sleep(1000)));
    controller.abort('disconnected');
    expect((await cancelled(work)).cause).toBe('disconnected');
    expect(seen).toEqual(['work CancelledError', 'work tidy']);
  });

  it('aborts for the API that a cancelled coroutine waits for, which is waited for', async () => {
    const api = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          loop.callLater(20, () => {
            seen.push('api ended');
            reject(signal.reason as Error);
          });
        });
      });
    const work = waitFor(() => abortable(api));
    work.cancel();
    await cancelled(work);
    expect(seen).toEqual(['api ended', 'work CancelledError', 'work tidy']);
  });
});
