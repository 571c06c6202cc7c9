// What comes back when a task fails, through real threads.
import { afterAll, describe, expect, it } from 'vitest';
import { moduleTasks, ThreadPoolExecutor } from '../src/index.ts';
import type { ExecutorError, ExecutorErrorCode } from '../src/index.ts';

/** A global variable that a test makes. */
declare const onlyHere: number;

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const fixture = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);
const work = moduleTasks<typeof import('./fixtures/work.mjs')>(fixture('work.mjs'));
const increment = (n: number): number => n + 1;

afterAll(() => pool.shutdown());

async function failure(future: PromiseLike<unknown>): Promise<Error & { code?: unknown }> {
  try {
    await future;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

const coded = (code: ExecutorErrorCode, message: RegExp): Partial<ExecutorError> => ({
  name: 'ExecutorError',
  code,
  message: expect.stringMatching(message) as string,
});

describe('what a task throws', () => {
  it('arrives with class, message, properties and cause', async () => {
    const fail = (): void => {
      const cause = new TypeError('below');
      throw Object.assign(new RangeError('above', { cause }), { code: 'E_FULL', retry: () => 1 });
    };
    const error = await failure(pool.submit(fail));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'above', code: 'E_FULL' });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect('retry' in error).toBe(false);
  });

  it('arrives with the stack of the worker', async () => {
    const deepen = (): void => {
      const inner = (): never => {
        throw new Error('deep');
      };
      inner();
    };
    const { stack } = await failure(pool.submit(deepen));
    expect(stack).toMatch(/^Error: deep\n +at inner \(task:deepen:\d+:\d+\)\n +at .*task:deepen/);
  });

  it('arrives with the frames of the async functions that wait for it', async () => {
    const fail = (): never => {
      throw new RangeError('far');
    };
    const inner = async (): Promise<unknown> => await pool.submit(fail);
    const outer = async (): Promise<unknown> => await inner();
    const { stack } = await failure(outer());
    expect(stack).toMatch(/^RangeError: far\n +at \S*fail \(task:fail:\d/);
    expect(stack).toMatch(
      /at (?:async )?inner .*errors\.test\.ts.*\n +at (?:async )?outer .*errors\.test\.ts/,
    );
  });

  it('arrives from a promise as well', async () => {
    const error = await failure(pool.submit(() => Promise.reject(new SyntaxError('odd'))));
    expect(error).toBeInstanceOf(SyntaxError);
  });

  it('arrives as it is when it is no Error', async () => {
    const fail = (value: unknown): void => {
      throw value;
    };
    await expect(pool.submit(fail, { reason: 'full' })).rejects.toEqual({ reason: 'full' });
    await expect(pool.submit(fail, undefined)).rejects.toBeUndefined();
  });

  it('arrives when its causes go round in a circle', async () => {
    const error = await failure(
      pool.submit(() => {
        const one: Error & { cause?: unknown } = new Error('one');
        one.cause = one;
        throw one;
      }),
    );
    expect(error.message).toBe('one');
  });

  it('harms no task behind it', async () => {
    const tasks = [1, 2, 3].map((n) =>
      pool.submit((m: number) => {
        if (m === 2) throw new Error('two');
        return m;
      }, n),
    );
    const ends = await Promise.allSettled(tasks);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('what cannot be cloned', () => {
  it('fails its own task alone when it is an argument', async () => {
    const ends = await Promise.allSettled([
      pool.submit(increment, 1),
      pool.submit(increment, (() => 1) as never),
      pool.submit(increment, 3),
    ]);
    expect(ends[0]).toMatchObject({ value: 2 });
    expect(ends[1]).toMatchObject({
      reason: coded('ERR_TASK_NOT_CLONEABLE', /^the arguments of increment cannot be copied/),
    });
    expect(ends[2]).toMatchObject({ value: 4 });
  });

  it('does not keep those behind it waiting', async () => {
    const fresh = new ThreadPoolExecutor({ maxWorkers: 1 });
    const bad = [1, 2, 3].map(() => fresh.submit(increment, (() => 1) as never));
    expect(await fresh.submit(increment, 1)).toBe(2);
    expect(bad.every((future) => future.exception() !== null)).toBe(true);
    await fresh.shutdown();
  });

  it('fails its own task alone when it is a result', async () => {
    const give = (n: number): unknown => (n === 2 ? () => n : n);
    for (let i = 0; i < 20; i++) await pool.submit(give, 1);
    const ends = await Promise.allSettled([1, 2, 3].map((n) => pool.submit(give, n)));
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ends[1]).toMatchObject({
      reason: coded('ERR_TASK_NOT_CLONEABLE', /^the result cannot be copied/),
    });
  });

  it('fails its own task when it is thrown', async () => {
    const fail = (): void => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the case
      throw () => 1;
    };
    const error = await failure(pool.submit(fail));
    expect(error).toMatchObject(coded('ERR_TASK_NOT_CLONEABLE', /^what the task threw cannot/));
  });
});

describe('a function that is not self-contained', () => {
  const NOT_SELF_CONTAINED = 'ERR_TASK_NOT_SELF_CONTAINED';

  it('is told which variable it misses', async () => {
    const elsewhere = { count: 1 };
    const error = await failure(pool.submit(() => elsewhere.count));
    expect(error).toMatchObject(coded(NOT_SELF_CONTAINED, /uses elsewhere, which is not defined/));
  });

  it('is told before it is sent, all that it misses at once, whether it would come to that or not', async () => {
    const [few, many] = [1, 2];
    const none = new ThreadPoolExecutor();
    const task = (n: number): number => (n < 0 ? few : n > 0 ? many : n);
    const error = await failure(none.submit(task, 0));
    expect(error).toMatchObject(coded(NOT_SELF_CONTAINED, /^task uses few, many, which are not/));
    expect(none.workerCount).toBe(0);
  });

  it('is told when its thread turns out not to have what is a global variable here', async () => {
    Reflect.set(globalThis, 'onlyHere', 1);
    const error = await failure(pool.submit(() => onlyHere));
    Reflect.deleteProperty(globalThis, 'onlyHere');
    expect(error).toMatchObject(coded(NOT_SELF_CONTAINED, /uses onlyHere, which is not defined/));
  });

  it('does not see the program of the worker', async () => {
    const look = (): string =>
      ['start', 'jobs', 'port', 'createOutbox', 'importModule']
        .map((name) => typeof (0, eval)(`typeof ${name} === 'undefined' ? undefined : ${name}`))
        .join();
    expect(await pool.submit(look)).toBe(Array(5).fill('undefined').join());
  });

  it('is told that it has no `this`', async () => {
    const use = function (this: unknown): number {
      return (this as { factor: number }).factor;
    };
    const error = await failure(pool.submit(use));
    expect(error).toMatchObject(coded(NOT_SELF_CONTAINED, /^this\.factor: a task runs in another/));
  });

  it('is refused without a thread when it is native', async () => {
    const error = await failure(pool.submit(Math.max, 1, 2));
    expect(error).toMatchObject(coded(NOT_SELF_CONTAINED, /^max is native or bound/));
  });
});

describe('a task of a module', () => {
  it('is called with its arguments', async () => {
    expect(await pool.submit(work('triple'), 5)).toBe(15);
    expect(await pool.submit(work('tripleLater'), 6)).toBe(18);
    expect(await pool.submit(work('default'), 1, 2)).toBe(3);
  });

  it('keeps its own ReferenceErrors', async () => {
    expect(await failure(pool.submit(work('misspelt')))).toBeInstanceOf(ReferenceError);
  });

  it.each([
    ['is missing', 'gone.mjs', 'x', /^cannot load file:.*gone\.mjs: Cannot find module/],
    ['cannot be evaluated', 'broken.mjs', 'x', /^cannot load file:.*broken\.mjs: not today/],
    ['lacks the export', 'work.mjs', 'fourfold', /work\.mjs exports no function named "fourfold"/],
    ['exports no function by that name', 'work.mjs', 'version', /exports no function named/],
  ])('fails when the module %s', async (_, file, name, message) => {
    const task = moduleTasks<Record<string, () => void>>(fixture(file))(name);
    expect(await failure(pool.submit(task))).toMatchObject(coded('ERR_TASK_NOT_FOUND', message));
  });
});
