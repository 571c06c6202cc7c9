import { describe, expect, it, vi } from 'vitest';
import { ExceptionStackContext } from '@typhoon/ioloop/legacy';

import { OptionParser } from './option-parser.ts';
import type { HelpStream } from './option-parser.ts';

const SILENT: HelpStream = { write: () => undefined };
const parser = (): OptionParser => new OptionParser({ stream: SILENT });

describe('a command line', () => {
  it('sets options, in any spelling of their names (OPT-1)', () => {
    const options = parser().defineAll({ log_file: {}, logLevel: {}, 'log-size': { default: 0 } });
    options.parseCommandLine(['main', '--log-file=a', '--log_level=b', '--logSize=3']);
    expect([options.log_file, options.logLevel, options['log-size']]).toEqual(['a', 'b', 3]);
  });

  it('ends at the first argument without a dash, and gives the rest (OPT-5)', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    expect(options.parseCommandLine(['main', '--port=1', 'run', '--port=2'])).toEqual([
      'run',
      '--port=2',
    ]);
    expect(options.port).toBe(1);
  });

  it('ends behind two dashes, which are dropped (OPT-5)', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    expect(options.parseCommandLine(['main', '--port=1', '--', '--port=2', 'x'])).toEqual([
      '--port=2',
      'x',
    ]);
  });

  it('is read to its end if all of it is options, and none of the program name (OPT-5)', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    expect(options.parseCommandLine(['--port=9'])).toEqual([]);
    expect(options.parseCommandLine([])).toEqual([]);
    expect(options.port).toBe(80);
  });

  it('takes any number of leading dashes (OPT-5)', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    options.parseCommandLine(['main', '-port=1']);
    expect(options.port).toBe(1);
    options.parseCommandLine(['main', '---port=2']);
    expect(options.port).toBe(2);
  });

  it('is that of the process unless one is given', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'main', '--port=7', 'rest']);
    expect(options.parseCommandLine()).toEqual(['rest']);
    expect(options.port).toBe(7);
    vi.restoreAllMocks();
  });

  it('gives a value that holds equal signs or nothing (OPT-6)', () => {
    const options = parser().defineAll({ query: {}, empty: { default: 'x' } });
    options.parseCommandLine(['main', '--query=a=b', '--empty=']);
    expect([options.query, options.empty]).toEqual(['a=b', '']);
  });

  it('takes the bare name of a flag for true (OPT-6)', () => {
    const options = parser().defineAll({ debug: { default: false }, port: { default: 80 } });
    options.parseCommandLine(['main', '--debug']);
    expect(options.debug).toBe(true);
  });

  it('refuses the bare name of anything else (OPT-6)', () => {
    const options = parser().defineAll({ port: { default: 80 } });
    expect(() => options.parseCommandLine(['main', '--port', '8888'])).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_VALUE',
        message: "Option 'port' requires a value",
      }),
    );
  });

  it('prints the help and refuses an unknown option (OPT-6)', () => {
    const write = vi.fn();
    const options = new OptionParser({ stream: { write } });
    expect(() => options.parseCommandLine(['main', '--no_such=1'])).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_UNKNOWN',
        message: "Unrecognized command line option: 'no-such'",
      }),
    );
    expect(write).toHaveBeenCalledWith(expect.stringContaining('Usage: '));
  });

  it('leaves the remaining arguments to the parser of a subcommand (OPT-21)', () => {
    const base = parser().defineAll({ verbose: { default: false } });
    const sub = parser().defineAll({ force: { default: false } });
    const rest = base.parseCommandLine(['main', '--verbose', 'remove', '--force', 'all']);
    expect(rest[0]).toBe('remove');
    expect(sub.parseCommandLine(rest)).toEqual(['all']);
    expect([base.verbose, sub.force]).toEqual([true, true]);
  });
});

describe('callbacks', () => {
  it('of an option run with the new value after each parse or set (OPT-13)', () => {
    const seen: unknown[] = [];
    const options = parser().defineAll({
      port: { default: 80, callback: (value: unknown) => seen.push(value) },
    });
    options.parseCommandLine(['main', '--port=1', '--port=2']);
    options.port = 3;
    options.parseConfig({ port: 4 });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('of an option may read a config file that later arguments override (OPT-13)', () => {
    const options = parser().defineAll({ port: { default: 80 }, host: { default: '' } });
    options.define('config', {
      callback: () => {
        options.parseConfig({ port: 1, host: 'a' }, { final: false });
      },
    });
    options.parseCommandLine(['main', '--port=9', '--config=x', '--host=b']);
    expect([options.port, options.host]).toEqual([1, 'b']);
  });

  it('of the parser run after every parse that is final, in order (OPT-15)', async () => {
    const options = parser();
    const seen: string[] = [];
    options.addParseCallback(() => seen.push('a'));
    options.addParseCallback(() => seen.push('b'));
    options.parseCommandLine(['main'], { final: false });
    options.parseConfig({}, { final: false });
    options.parseEnvironment('X_', {}, { final: false });
    expect(seen).toEqual([]);
    options.parseCommandLine(['main']);
    options.parseConfig({});
    options.parseEnvironment('X_', {});
    expect(seen.join('')).toBe('ababab');
    await expect(options.parseConfigFile('/no/such.json')).rejects.toThrow();
    expect(seen.join('')).toBe('ababab');
  });

  it('of the parser run in the stack contexts that they were added in (OPT-20)', () => {
    const options = parser();
    const caught: unknown[] = [];
    const failing = (): never => {
      throw new Error('from the callback');
    };
    const context = new ExceptionStackContext((error) => {
      caught.push(error);
      return true;
    });
    context.run(() => {
      options.addParseCallback(failing);
    });
    options.parseCommandLine(['main']);
    expect(String(caught)).toBe('Error: from the callback');
  });
});

describe('the environment', () => {
  it('sets the options that it names, with a prefix', () => {
    const options = parser().defineAll({
      log_file: {},
      intervalMs: { default: 1 },
      sites: { multiple: true },
    });
    options.parseEnvironment('APP_', {
      APP_LOG_FILE: 'a',
      APP_INTERVAL_MS: '5',
      APP_SITES: 'x,y',
      LOG_FILE: 'b',
    });
    expect(options.asDict()).toMatchObject({ log_file: 'a', intervalMs: 5, sites: ['x', 'y'] });
  });
});
