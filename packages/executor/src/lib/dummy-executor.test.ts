import { describe, expect, it } from 'vitest';
import { DummyExecutor, dummyExecutor } from './dummy-executor.ts';
import { moduleTasks } from './module-task.ts';
import type { TaskContext } from './executor.ts';

type Work = typeof import('../../test/fixtures/work.mjs');

const work = moduleTasks<Work>(new URL('../../test/fixtures/work.mjs', import.meta.url));

describe('DummyExecutor', () => {
  it('does the task at once and gives a future that is done (CON-12)', () => {
    const around = 3;
    expect(new DummyExecutor().submit((n: number) => n * around, 2).result()).toBe(6);
  });

  it('gives errors through the future, too (CON-12)', () => {
    const future = dummyExecutor.submit(() => {
      throw new RangeError('no');
    });
    expect(future.exception()).toEqual(new RangeError('no'));
  });

  it('waits for a promise', async () => {
    expect(await dummyExecutor.submit(() => Promise.resolve(4))).toBe(4);
  });

  it('does the export of a module', async () => {
    expect(await dummyExecutor.submit(work('triple'), 2)).toBe(6);
    expect(await dummyExecutor.submit(work('makeBytes'), 1)).toEqual(Uint8Array.of(7));
  });

  it('fails for an export that is missing', async () => {
    const future = dummyExecutor.submit(work('version' as 'misspelt'));
    await expect(future).rejects.toMatchObject({ code: 'ERR_TASK_NOT_FOUND' });
  });

  it('lets tasks mark what a pool would move', () => {
    const give = function (this: TaskContext): Uint8Array {
      const bytes = new Uint8Array(2);
      return this.transfer(bytes, [bytes.buffer]);
    };
    expect(dummyExecutor.submit(give).result()).toHaveLength(2);
  });

  it('has nothing to shut down', () => {
    expect(dummyExecutor.shutdown({ wait: true }).done()).toBe(true);
  });
});
