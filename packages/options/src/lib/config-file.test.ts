import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { OptionParser } from './option-parser.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'typhoon-options-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const define = () =>
  new OptionParser().defineAll({
    port: { default: 80 },
    log_file: {},
    ids: { type: 'integer', multiple: true },
    pauseMs: { type: 'duration', default: 0 },
    tags: { multiple: true },
  });

describe('a config file', () => {
  it('sets the options that it names, and nothing else, from JSON (OPT-14)', async () => {
    const options = define();
    await options.parseConfigFile(file('a.json', '{ "port": 1, "log-file": "x", "other": 5 }'));
    expect(options.asDict()).toMatchObject({ port: 1, log_file: 'x' });
    expect(options.has('other')).toBe(false);
  });

  it('may be a module that exports the names (OPT-14)', async () => {
    const options = define();
    await options.parseConfigFile(file('a.mjs', 'export const port = 40 + 2, logFile = "x";'));
    expect([options.port, options.log_file]).toEqual([42, 'x']);
  });

  it('may be a module that exports an object, named exports counting more (OPT-14)', async () => {
    const options = define();
    const text = 'export default { port: 1, log_file: "x" }; export const port = 2;';
    await options.parseConfigFile(file('b.mjs', text));
    expect([options.port, options.log_file]).toEqual([2, 'x']);
  });

  it('knows its own place (OPT-14)', async () => {
    const options = define();
    const path = file('c.mjs', 'export const log_file = import.meta.filename;');
    await options.parseConfigFile(path);
    expect(options.log_file).toBe(path);
  });

  it('may give text where another type or a list is wanted (OPT-14)', () => {
    const options = define();
    options.parseConfig({ port: '81', ids: '1,3:4', pauseMs: '2s', tags: 'a,b' });
    expect(options.asDict()).toMatchObject({
      port: 81,
      ids: [1, 3, 4],
      pauseMs: 2000,
      tags: ['a', 'b'],
    });
  });

  it('may give a list, where one is wanted, and text as it is (OPT-14)', () => {
    const options = define();
    options.parseConfig({ tags: ['a,b', 'c'], log_file: 'a,b' });
    expect([options.tags, options.log_file]).toEqual([['a,b', 'c'], 'a,b']);
  });

  it.each([
    [{ port: [1] }],
    [{ ids: 5 }],
    [{ tags: { a: 1 } }],
    [{ ids: ['1'] }],
    [{ log_file: 5 }],
  ])('fails with %j, which is of the wrong type (OPT-14)', (values) => {
    expect(() => {
      define().parseConfig(values);
    }).toThrow(expect.objectContaining({ code: 'ERR_OPTION_TYPE' }));
  });

  it.each([
    ['broken.json', '{'],
    ['list.json', '[1]'],
    ['broken.mjs', 'export const'],
    ['number.mjs', 'export default 5'],
  ])('fails if it is %s', async (name, text) => {
    await expect(define().parseConfigFile(file(name, text))).rejects.toMatchObject({
      code: 'ERR_OPTION_CONFIG',
      message: expect.stringContaining(name) as string,
      cause: expect.anything() as unknown,
    });
  });

  it('fails if it is not there', async () => {
    await expect(define().parseConfigFile(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'ERR_OPTION_CONFIG',
    });
  });
});
