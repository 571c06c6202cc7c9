import { describe, expect, expectTypeOf, it } from 'vitest';
import { moduleTasks, ModuleTask } from './module-task.ts';
import type { TaskName } from './module-task.ts';

type Work = typeof import('../../test/fixtures/work.mjs');

describe('moduleTasks', () => {
  it('names an export of a module', () => {
    const task = moduleTasks<Work>(new URL('file:///a/work.mjs'))('triple');
    expect(task).toBeInstanceOf(ModuleTask);
    expect([task.url, task.exportName]).toEqual(['file:///a/work.mjs', 'triple']);
  });

  it.each([
    ['a URL as text', 'file:///a/b.mjs', 'file:///a/b.mjs'],
    ['a data URL', 'data:text/javascript,1', 'data:text/javascript,1'],
    ['a path', '/a/b c.mjs', 'file:///a/b%20c.mjs'],
  ])('takes %s', (_, given, url) => {
    expect(moduleTasks<Work>(given)('triple').url).toBe(url);
  });

  it('refuses a relative path, for nobody knows to what', () => {
    expect(() => moduleTasks<Work>('./work.mjs')).toThrow(TypeError);
    expect(() => moduleTasks<Work>('./work.mjs')).toThrow('new URL("./work.mjs", import.meta.url)');
  });

  it('has the types of the module', () => {
    const work = moduleTasks<Work>('file:///a/work.mjs');
    expectTypeOf(work('triple')).toEqualTypeOf<ModuleTask<[n: number], number>>();
    expectTypeOf(work('tripleLater')).toEqualTypeOf<ModuleTask<[n: number], number>>();
    expectTypeOf<TaskName<Work>>().toEqualTypeOf<
      'triple' | 'tripleLater' | 'default' | 'misspelt' | 'makeBytes'
    >();
  });
});
