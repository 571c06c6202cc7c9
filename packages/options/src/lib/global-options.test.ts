import { getLogger } from '@typhoon/log';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';

import {
  addParseCallback,
  define,
  options,
  parseCommandLine,
  printHelp,
} from './global-options.ts';

afterEach(() => {
  const root = getLogger();
  for (const handler of root.handlers) root.removeHandler(handler);
  root.setLevel('warning');
});

describe('the options of the program', () => {
  it('have those of logging among them, and configure nothing until they are parsed (LOG-10, 11)', () => {
    const root = getLogger();
    expect([options.logging, options.logRotateMode, root.level]).toEqual(['info', 'size', 30]);
    expect(root.handlers).toEqual([]);
    parseCommandLine(['main', '--logging=debug'], { final: false });
    expect([root.level, root.handlers]).toEqual([30, []]);
    parseCommandLine(['main', '--logging=debug']);
    expect([root.level, root.handlers.length]).toEqual([10, 1]);
  });

  it('are defined, parsed and shown by functions of their own', () => {
    const port = define('port', { default: 8888, help: 'port to listen on' });
    expectTypeOf(port.value).toEqualTypeOf<number>();
    let isOver = false;
    addParseCallback(() => (isOver = true));
    expect(parseCommandLine(['main', '--port=1', '--logging=none', 'x'])).toEqual(['x']);
    expect([port.value, options.get('port'), isOver]).toEqual([1, 1, true]);
    let text = '';
    printHelp({ write: (part) => (text += part) });
    expect(text).toContain('port to listen on (default 8888)');
    expect(options.groups()).toContain(import.meta.filename);
  });
});
