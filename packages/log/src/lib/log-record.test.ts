import { describe, expect, it } from 'vitest';

import { captureCaller } from './caller.ts';
import { LogRecord } from './log-record.ts';

const record = (message: string | Uint8Array, ...args: unknown[]) =>
  new LogRecord('typhoon.general', 20, message, args);

describe('message', () => {
  it('is the text itself if there are no arguments (LOG-6)', () => {
    expect(record('100% of %s %d').message).toBe('100% of %s %d');
  });

  it('is filled in if there are', () => {
    expect(record('%s: %d', 'a', 2).message).toBe('a: 2');
  });

  it('may be given as bytes (LOG-6)', () => {
    expect(record(Buffer.from('caf\u00e9')).message).toBe('café');
    expect(record(Uint8Array.of(0xe9)).message).toBe("b'\\xe9'");
  });

  it.each([
    ['too few', 'a %s %s', [1]],
    ['too many', 'a %s', [1, 2, 3]],
    ['of the wrong kind', '%d', ['x']],
  ])('says so if the arguments are %s, and does not throw (LOG-6)', (_why, template, args) => {
    const { message } = record(template, ...args);
    expect(message).toMatch(/^Bad message \('TypeError: .*'\): \{ name: 'typhoon.general'/);
    expect(message).toContain(`template: '${template}'`);
  });

  it('says so if an argument cannot be turned into text (LOG-6)', () => {
    const hostile = {
      toString() {
        throw new Error('not me');
      },
    };
    expect(record('%s', hostile).message).toMatch(/^Bad message \('Error: not me'\): /);
  });
});

describe('error', () => {
  const error = new Error('boom');

  it('is the one argument more than there are placeholders (LOG-5)', () => {
    const withArgs = record('%s failed', 'it', error);
    expect([withArgs.message, withArgs.error]).toEqual(['it failed', error]);
    expect(record('failed', error).error).toBe(error);
  });

  it('is anything that was thrown', () => {
    expect(record('failed', 'a string').error).toBe('a string');
  });

  it('is not an argument that a placeholder takes', () => {
    const taken = record('failed: %s', error);
    expect([taken.message, taken.error]).toEqual(['failed: Error: boom', undefined]);
  });

  it('leaves a message without other arguments unformatted', () => {
    expect(record('100%% done', error).message).toBe('100%% done');
  });

  it('is not lost if the message cannot be formatted', () => {
    expect(record('%s %s %s', 1, error).error).toBe(error);
  });

  it('is undefined if there is none', () => {
    expect([record('x').error, record('%s', 1).error]).toEqual([undefined, undefined]);
  });
});

describe('caller', () => {
  it('is the place above the method that captured it', () => {
    const log = () => new LogRecord('x', 20, 'm', [], 0, captureCaller(0));
    function here() {
      return log();
    }
    const { module, path, line, functionName } = here().caller;
    expect([module, functionName]).toEqual(['log-record.test', 'here']);
    expect(path).toMatch(/^\/.*\/log-record\.test\.ts$/);
    expect(line).toBeGreaterThan(60);
  });

  it('is unknown if nothing was captured', () => {
    expect(record('x').caller).toEqual({ module: '?', path: '?', line: 0, functionName: '' });
  });

  it('leaves the limit of stack traces as it was', () => {
    const before = Error.stackTraceLimit;
    captureCaller(0);
    expect(Error.stackTraceLimit).toBe(before);
  });
});

it('knows its level by name', () => {
  expect(record('x').levelName).toBe('INFO');
});
