import { describe, expect, it } from 'vitest';
import { moduleTasks } from './module-task.ts';
import { TaskCatalog } from './task-catalog.ts';
import type { TaskDefinition } from './messages.ts';

type Work = typeof import('../../test/fixtures/work.mjs');

const find = (task: unknown): TaskDefinition => new TaskCatalog().find(task).definition;

/** The function that a worker would make of the definition. */
function compile(definition: TaskDefinition): (...args: number[]) => unknown {
  if (definition.kind !== 'text') throw new Error('not text');
  return (0, eval)(definition.code) as (...args: number[]) => unknown;
}

class Shelf {
  static sum(a: number, b: number): number {
    return a + b;
  }

  async later(a: number): Promise<number> {
    return Promise.resolve(a);
  }

  ['odd name'](a: number): number {
    return a;
  }

  #hidden(a: number): number {
    return a * 2;
  }

  get hidden(): (a: number) => number {
    return this.#hidden;
  }
}

const shelf = new Shelf();

/** A method as it stands in its class; its text is wanted, not its object. */
function method(owner: object, name: string): unknown {
  return Reflect.get(owner, name);
}

describe('functions', () => {
  it.each([
    ['an arrow', (a: number): number => a * 2, 8],
    [
      'a function',
      function (a: number): number {
        return a * 2;
      },
      8,
    ],
    ['a static method', method(Shelf, 'sum'), NaN],
    ['a method with a name in brackets', method(shelf, 'odd name'), 4],
    ['a private method', shelf.hidden, 8],
  ] as [string, unknown, number][])('compile: %s', (_, fn, result) => {
    expect(compile(find(fn))(4)).toBe(result);
  });

  it('compile: an async method', async () => {
    expect(await compile(find(method(shelf, 'later')))(4)).toBe(4);
  });

  it.each([
    ['native', Math.max, 'max is native or bound'],
    ['bound', ((a: number) => a).bind(null), 'native or bound'],
    ['a class', Shelf, 'Shelf is a class'],
    [
      'a generator',
      function* numbers(): Generator<number> {
        yield 1;
      },
      'numbers is a generator function',
    ],
    [
      'an async generator',
      async function* numbers(): AsyncGenerator<number> {
        yield await Promise.resolve(1);
      },
      'a generator function',
    ],
  ])('are refused: %s', (_, fn, message) => {
    expect(() => find(fn)).toThrow(message);
    expect(() => find(fn)).toThrow(
      expect.objectContaining({ code: 'ERR_TASK_NOT_SELF_CONTAINED' }),
    );
  });

  it('are refused when their text makes no sense by itself', () => {
    const odd = (): number => 1;
    odd.toString = (): string => 'not asked';
    expect(find(odd)).toMatchObject({ code: expect.stringContaining('=> 1') as string });
    const getter = Reflect.getOwnPropertyDescriptor(Shelf.prototype, 'hidden')?.get;
    expect(() => find(getter)).toThrow('cannot be compiled by itself');
  });
});

describe('entries', () => {
  it('are one for all closures of the same text', () => {
    const catalog = new TaskCatalog();
    const make = (): (() => number) => () => 1;
    expect(catalog.find(make())).toBe(catalog.find(make()));
  });

  it('differ for different texts', () => {
    const catalog = new TaskCatalog();
    expect(catalog.find(() => 1).definition.id).not.toBe(catalog.find(() => 2).definition.id);
  });

  it('are one for an export however often it is named', () => {
    const catalog = new TaskCatalog();
    const work = moduleTasks<Work>('file:///work.mjs');
    expect(catalog.find(work('triple'))).toBe(catalog.find(work('triple')));
    expect(catalog.find(work('default'))).not.toBe(catalog.find(work('triple')));
  });

  it('have a name fit for a stack', () => {
    const fn = { ['a name\nwith breaks']: () => 1 }['a name\nwith breaks'];
    expect(find(fn).name).toBe('a_name_with_breaks');
    expect(
      find(
        (
          () => () =>
            1
        )(),
      ).name,
    ).toBe('anonymous');
  });

  it('are for functions and module tasks alone', () => {
    expect(() => find('x')).toThrow(
      new TypeError('a task is a function or comes from moduleTasks(), not string'),
    );
  });
});
