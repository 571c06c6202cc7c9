import { readFile } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Future } from '@typhoon/concurrent';
import { coroutine, multi, sleep } from '@typhoon/gen';
import { describe, expect, it } from 'vitest';

/** Five levels; what `deepest` does is the case. */
function fiveLevels(deepest: () => Future<unknown>): () => Future<unknown> {
  const fifth = coroutine(function* fifth() {
    return yield* deepest();
  });
  const fourth = coroutine(function* fourth() {
    return yield* fifth();
  });
  const third = coroutine(function* third() {
    yield* sleep(1);
    const [result] = yield* multi([fourth()]);
    return result;
  });
  const second = coroutine(function* second() {
    return yield* third();
  });
  return coroutine(function* first() {
    return yield* second();
  });
}

const FIVE = ['fifth', 'fourth', 'third', 'second', 'first'];

async function failureOf(run: () => Future<unknown>): Promise<Error> {
  const error: unknown = await run().then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  return error;
}

/** The names of the functions in a stack; every frame must be in this file. */
function namesIn(stack: string | undefined): string[] {
  const frames = (stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return frames.map((line) => {
    expect(line).toContain('long-stack.test.ts');
    return /at (?:\w+\.)?(\w+?)\d? \(/.exec(line)?.[1] ?? '';
  });
}

/** What fails: the fifth level's own callee, by a name of its own. */
function fail(): never {
  throw new Error('thrown five levels down');
}

/** Whatever `read` turns into text goes through `prepare`. */
function withPrepare<T>(
  prepare: (error: Error, frames: NodeJS.CallSite[]) => string,
  read: () => T,
): T {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Object.assign(Error, { prepareStackTrace: prepare });
  try {
    return read();
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', before);
  }
}

const behindTimer = coroutine(function* behindTimer() {
  yield* sleep(1);
  fail();
});

describe('the stack of an error', () => {
  it('shows five levels behind a timer', async () => {
    const error = await failureOf(fiveLevels(behindTimer));
    expect(error.message).toBe('thrown five levels down');
    expect(namesIn(error.stack)).toEqual(['fail', 'behindTimer', ...FIVE]);
  });

  it('shows five levels behind the callback of a file', async () => {
    const readMissing = (): Future<unknown> => {
      const future = new Future<Buffer>();
      readFile('/nowhere/to/be/found', (error, data) => {
        if (error === null) future.setResult(data);
        else future.setException(error);
      });
      return future;
    };
    const error = await failureOf(fiveLevels(readMissing));
    expect(error).toMatchObject({ code: 'ENOENT' });
    expect(namesIn(error.stack)).toEqual(FIVE);
  });

  it('shows five levels behind a thread', async () => {
    const runInThread = coroutine(function* runInThread() {
      const answer = new Future<string>();
      const worker = new Worker(`require('worker_threads').parentPort.postMessage('done')`, {
        eval: true,
      });
      worker.once('message', (text: string) => {
        answer.setResult(text);
      });
      yield* answer;
      fail();
    });
    const error = await failureOf(fiveLevels(runInThread));
    expect(namesIn(error.stack)).toEqual(['fail', 'runInThread', ...FIVE]);
  });

  it('shows who called when nothing waited', async () => {
    const level = coroutine(function* level() {
      yield* Future.rejected(new Error('at once'));
    });
    const error = await failureOf(function caller() {
      return level();
    });
    const here = (error.stack ?? '').split('\n').filter((line) => line.includes('long-stack.test'));
    expect(
      namesIn(here.join('\n'))
        .filter((name) => name !== '')
        .slice(-3),
    ).toEqual(['level', 'caller', 'failureOf']);
  });

  it('keeps what the error says of itself', async () => {
    class AppError extends Error {
      override name = 'AppError';
    }
    const error = await failureOf(fiveLevels(() => Future.rejected(new AppError('two\nlines'))));
    expect(error).toBeInstanceOf(AppError);
    expect(error.stack).toMatch(/^(?:App)?Error: two\nlines\n {4}at /);
  });

  it('is made into text only when it is read', async () => {
    let made = 0;
    const prepare = (_error: Error, frames: readonly NodeJS.CallSite[]): string => {
      made++;
      return frames.map((frame) => `\n    at ${frame.getFileName() ?? ''}`).join('');
    };
    const error = await failureOf(fiveLevels(behindTimer));
    const stacks = withPrepare(prepare, () => [error.stack, error.stack]);
    expect(stacks[0]).toBe(stacks[1]);
    expect(made).toBeGreaterThanOrEqual(5); // five levels; the error's own part as well from Node.js 22 on
    expect(made).toBeLessThanOrEqual(6);
  });

  it('leaves alone what is frozen, cancelled or no error', async () => {
    const frozen = Object.freeze(new Error('frozen'));
    const { stack } = frozen;
    expect(await failureOf(fiveLevels(() => Future.rejected(frozen)))).toBe(frozen);
    expect(frozen.stack).toBe(stack);
    await expect(fiveLevels(() => Future.rejected('text'))()).rejects.toBe('text');
  });

  it('can be set like any other', async () => {
    const error = await failureOf(fiveLevels(() => Future.rejected(new Error('set'))));
    error.stack = 'mine';
    expect(error.stack).toBe('mine');
  });
});
