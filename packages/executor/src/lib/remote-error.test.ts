import { describe, expect, it } from 'vitest';
import { ExecutorError } from './executor-error.ts';
import { unpackError } from './remote-error.ts';
import type { PackedError, TaskDefinition } from './messages.ts';

const TEXT: TaskDefinition = { kind: 'text', id: 1, name: 'work', code: '(() => 1)' };
const EXPORT: TaskDefinition = {
  kind: 'module',
  id: 1,
  name: 'work',
  url: 'file:///w.mjs',
  preload: null,
  exportName: 'work',
};

function packed(given: Partial<PackedError>): PackedError {
  return {
    name: 'Error',
    message: 'm',
    stack: 'Error: m\n    at work (task:work:1:2)',
    properties: {},
    ...given,
  };
}

const unpack = (given: Partial<PackedError>, definition: TaskDefinition = TEXT): Error =>
  unpackError(packed(given), definition);

describe('unpackError', () => {
  it('makes an error of the built-in class', () => {
    expect(unpack({ name: 'RangeError' })).toBeInstanceOf(RangeError);
  });

  it('keeps the name of another class', () => {
    expect(String(unpack({ name: 'SqliteError' }))).toBe('SqliteError: m');
  });

  it('keeps the stack of the worker', () => {
    expect(unpack({}).stack).toBe('Error: m\n    at work (task:work:1:2)');
  });

  it('keeps own properties', () => {
    expect(unpack({ properties: { code: 'E_BUSY', errno: 5 } })).toMatchObject({
      code: 'E_BUSY',
      errno: 5,
    });
  });

  it('keeps a property that is called __proto__ harmless', () => {
    const properties = JSON.parse('{"__proto__": {"evil": true}}') as Record<string, unknown>;
    const error = unpack({ properties });
    expect([error instanceof Error, 'evil' in error]).toEqual([true, false]);
  });

  it('keeps a cause that is an error, and one that is not', () => {
    const inner = packed({ name: 'TypeError', cause: { kind: 'value', value: 5 } });
    const error = unpack({ cause: { kind: 'error', error: inner } });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).cause).toBe(5);
    expect('cause' in unpack({})).toBe(false);
  });

  it('keeps the errors of an AggregateError', () => {
    const errors = [{ kind: 'error', error: packed({}) } as const];
    const error = unpack({ name: 'AggregateError', errors });
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([new Error('m')]);
  });

  it('makes an ExecutorError of one', () => {
    const properties = { code: 'ERR_TASK_NOT_FOUND' };
    const error = unpack({ name: 'ExecutorError', properties });
    expect(error).toBeInstanceOf(ExecutorError);
    expect(error).toMatchObject(properties);
  });

  it('leaves an error alone that only has the name of one', () => {
    const error = unpack({ name: 'ExecutorError', properties: { code: 'E_MINE' } });
    expect([error instanceof ExecutorError, error.name]).toEqual([false, 'ExecutorError']);
  });
});

describe('a ReferenceError', () => {
  const missing = { name: 'ReferenceError', message: 'total is not defined' };

  it('of the text of a function says that it cannot see what is around it', () => {
    const error = unpack(missing);
    expect(error).toMatchObject({ code: 'ERR_TASK_NOT_SELF_CONTAINED' });
    expect(error.message).toContain('work uses total, which is not defined in a worker');
    expect(error.cause).toBeInstanceOf(ReferenceError);
  });

  it.each([
    ['of a module', missing, EXPORT],
    [
      'of what the function loaded',
      { ...missing, stack: 'E\n    at f (file:///x.mjs:1:1)\n    at work (task:work:1:2)' },
      TEXT,
    ],
    [
      'of a variable used too early',
      { ...missing, message: "Cannot access 'a' before initialization" },
      TEXT,
    ],
  ])('%s stays one', (_, given, definition) => {
    expect(unpack(given, definition)).toBeInstanceOf(ReferenceError);
  });
});
