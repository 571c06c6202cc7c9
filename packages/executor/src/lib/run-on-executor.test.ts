import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { Future, isFuture } from '@typhoon/concurrent';
import { dummyExecutor } from './dummy-executor.ts';
import { runOnExecutor } from './run-on-executor.ts';
import { ThreadPoolExecutor } from './thread-pool-executor.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
const threadId = (): number => process.getBuiltinModule('node:worker_threads').threadId;

afterAll(() => pool.shutdown());

class Office {
  readonly executor = pool;
  readonly besides = dummyExecutor;
  readonly factor = 3;

  readonly where = runOnExecutor(threadId);

  readonly besidesWhere = runOnExecutor({ executor: 'besides' })(threadId);

  readonly nowhere = runOnExecutor({ executor: 'factor' })(threadId);

  @runOnExecutor
  add(a: number, b: number): number | PromiseLike<number> {
    return a + b;
  }

  @runOnExecutor({ executor: 'besides' })
  multiply(a: number, b: number): number | PromiseLike<number> {
    return a * b;
  }

  @runOnExecutor
  scale(a: number): number | PromiseLike<number> {
    return a * this.factor;
  }
}

describe('runOnExecutor', () => {
  it('has a method done by the executor of its object (CON-10, 19)', async () => {
    const office = new Office();
    expect(await office.add(1, 2)).toBe(3);
    expect(await office.where()).not.toBe(threadId());
  });

  it('finds the executor under another name if told so (CON-10, 19)', async () => {
    const office = new Office();
    expect(await office.multiply(2, 3)).toBe(6);
    expect(await office.besidesWhere()).toBe(threadId());
  });

  it('gives the future of the executor (CON-11)', () => {
    const given = new Future<number>();
    const office = {
      executor: { ...dummyExecutor, submit: () => given },
      run: runOnExecutor(threadId),
    };
    expect(office.run()).toBe(given);
    expect(isFuture(new Office().add(1, 1))).toBe(true);
  });

  it('refuses a function together with options (CON-10)', () => {
    const misuse = runOnExecutor as (...given: unknown[]) => unknown;
    expect(() => misuse(threadId, { executor: 'pool' })).toThrow(
      new TypeError('cannot combine positional and keyword args'),
    );
  });

  it('refuses more than one function (CON-10)', () => {
    const misuse = runOnExecutor as (...given: unknown[]) => unknown;
    expect(() => misuse(threadId, threadId, threadId)).toThrow(
      new TypeError('expected 1 argument, got 3'),
    );
  });

  it('fails where a method needs its `this`', async () => {
    await expect(new Office().scale(2)).rejects.toMatchObject({
      code: 'ERR_TASK_NOT_SELF_CONTAINED',
      message: expect.stringContaining('this.factor') as string,
    });
  });

  it('fails where there is no executor (CON-19)', async () => {
    await expect(new Office().nowhere()).rejects.toThrow('this.factor is no executor, but number');
    const { where } = new Office();
    await expect(where.call(undefined as never)).rejects.toThrow('this.executor is no executor');
  });

  it('keeps name, length and the function itself', () => {
    const add = (a: number, b: number): number => a + b;
    const run = runOnExecutor(add);
    expect([run.name, run.length, run.wrapped]).toEqual(['add', 2, add]);
  });

  it('is typed', () => {
    expectTypeOf<Office['where']>().returns.toEqualTypeOf<Future<number>>();
    expectTypeOf<Office['where']>().parameters.toEqualTypeOf<[]>();
    class Strict {
      readonly executor = pool;

      // @ts-expect-error -- a decorator cannot make a Promise of a Future
      @runOnExecutor
      async add(a: number): Promise<number> {
        return Promise.resolve(a);
      }
    }
    expect(Strict.name).toBe('Strict');
  });
});
