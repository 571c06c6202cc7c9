import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FileHandler } from './file-handler.ts';
import { StreamHandler } from './log-handler.ts';
import { getLogger } from './loggers.ts';
import { defineLoggingOptions } from './logging-options.ts';
import { enablePrettyLogging } from './pretty-logging.ts';

import type { Logger } from './logger.ts';
import type { LoggingOptionDefinition } from './logging-options.ts';

let directory = '';
let logger: Logger;
let count = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'typhoon-log-'));
  logger = getLogger(`pretty${++count}`);
  logger.propagate = false;
});
afterEach(() => {
  reset(logger);
  reset(getLogger());
  rmSync(directory, { recursive: true });
});

function reset(target: Logger): void {
  for (const handler of target.handlers) {
    target.removeHandler(handler);
    handler.close();
  }
  target.setLevel('warning');
}

const kinds = (target = logger): unknown[] => target.handlers.map((handler) => handler.constructor);

describe('enablePrettyLogging', () => {
  it.each([null, 'none', 'None', 'NONE'])('does nothing if logging is %j (LOG-7)', (logging) => {
    enablePrettyLogging({ logging, logToStderr: true }, logger);
    expect([logger.level, logger.handlers]).toEqual([0, []]);
  });

  it('sets the level on the given logger, info by default (LOG-7)', () => {
    enablePrettyLogging({}, logger);
    expect(logger.level).toBe(20);
    enablePrettyLogging({ logging: 'Debug' }, logger);
    expect(logger.level).toBe(10);
    expect(getLogger().level).toBe(30);
  });

  it('configures the root if no logger is given (LOG-7)', () => {
    enablePrettyLogging();
    expect([getLogger().level, kinds(getLogger())]).toEqual([20, [StreamHandler]]);
  });

  it('changes nothing if the level does not exist', () => {
    const options = { logging: 'loud', logFilePrefix: join(directory, 'x.log') };
    expect(() => {
      enablePrettyLogging(options, logger);
    }).toThrow(expect.objectContaining({ code: 'ERR_LOG_LEVEL' }));
    expect([logger.handlers, readdirSync(directory)]).toEqual([[], []]);
  });

  it('logs to a file, without colours, that rotates by size (LOG-8)', () => {
    const logFilePrefix = join(directory, 'app.log');
    enablePrettyLogging({ logFilePrefix, logFileMaxSize: 70, logFileNumBackups: 1 }, logger);
    expect(kinds()).toEqual([FileHandler]);
    logger.info('first é');
    logger.error('second');
    expect(readdirSync(directory).sort()).toEqual(['app.log', 'app.log.1']);
    const text = readFileSync(`${logFilePrefix}.1`, 'utf8');
    expect(text).toMatch(/^\[I \d{6} \d\d:\d\d:\d\d pretty-logging\.test:\d+\] first é\n$/);
  });

  it('rotates by time in mode time (LOG-8)', () => {
    const logFilePrefix = join(directory, 'app.log');
    enablePrettyLogging({ logFilePrefix, logRotateMode: 'time', logRotateWhen: 'H' }, logger);
    logger.info('x');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    logger.info('y');
    vi.useRealTimers();
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it('refuses another mode (LOG-8)', () => {
    const options = { logFilePrefix: join(directory, 'app.log'), logRotateMode: 'tide' };
    expect(() => {
      enablePrettyLogging(options, logger);
    }).toThrow(expect.objectContaining({ code: 'ERR_LOG_ROTATION' }));
  });

  it('logs to standard error if asked to, or if there is no handler yet (LOG-9)', () => {
    const logFilePrefix = join(directory, 'app.log');
    enablePrettyLogging({ logToStderr: false }, logger);
    expect(kinds()).toEqual([]);
    enablePrettyLogging({}, logger);
    expect(kinds()).toEqual([StreamHandler]);
    enablePrettyLogging({ logFilePrefix }, logger);
    expect(kinds()).toEqual([StreamHandler, FileHandler]);
    enablePrettyLogging({ logToStderr: true }, logger);
    expect(kinds()).toEqual([StreamHandler, FileHandler, StreamHandler]);
  });
});

describe('defineLoggingOptions', () => {
  /** The smallest parser there can be. */
  function makeParser() {
    const definitions = new Map<string, LoggingOptionDefinition>();
    const values: Record<string, unknown> = {};
    const callbacks: (() => void)[] = [];
    return {
      definitions,
      define(name: string, definition: LoggingOptionDefinition) {
        definitions.set(name, definition);
        values[name] = definition.default;
      },
      addParseCallback: (callback: () => void) => void callbacks.push(callback),
      asDict: () => values,
      parse(given: Record<string, unknown>) {
        Object.assign(values, given);
        for (const callback of callbacks) callback();
      },
    };
  }

  it('defines the eight options with their defaults (LOG-10)', () => {
    const parser = makeParser();
    defineLoggingOptions(parser);
    const defaults = [...parser.definitions].map(([name, { default: value }]) => [name, value]);
    expect(Object.fromEntries(defaults)).toEqual({
      logging: 'info',
      log_to_stderr: null,
      log_file_prefix: null,
      log_file_max_size: 100_000_000,
      log_file_num_backups: 10,
      log_rotate_when: 'midnight',
      log_rotate_interval: 1,
      log_rotate_mode: 'size',
    });
    for (const { help } of parser.definitions.values()) expect(help).not.toBe('');
  });

  it('configures nothing until something is parsed, and then the root (LOG-10, 11)', () => {
    const parser = makeParser();
    defineLoggingOptions(parser);
    expect(getLogger().handlers).toEqual([]);
    parser.parse({ logging: 'debug', log_file_prefix: join(directory, 'a.log') });
    expect([getLogger().level, kinds(getLogger())]).toEqual([10, [FileHandler]]);
  });

  it('hands every option on', () => {
    const parser = makeParser();
    defineLoggingOptions(parser);
    parser.parse({ log_to_stderr: false });
    expect(kinds(getLogger())).toEqual([]);
    const file = { log_file_prefix: join(directory, 'a.log') };
    expect(() => {
      parser.parse({ ...file, log_rotate_mode: 'time', log_rotate_when: 'W9' });
    }).toThrow(/W9/);
    expect(() => {
      parser.parse({ ...file, log_rotate_when: 'D', log_rotate_interval: 0 });
    }).toThrow(/interval is 0/);
    parser.parse({
      ...file,
      log_rotate_mode: 'size',
      log_file_max_size: 1,
      log_file_num_backups: 1,
    });
    for (const message of ['a', 'b', 'c']) getLogger().info(message);
    expect(readdirSync(directory).sort()).toEqual(['a.log', 'a.log.1']);
    reset(getLogger());
    parser.parse({ ...file, logging: 'none' });
    expect(kinds(getLogger())).toEqual([]);
  });
});
