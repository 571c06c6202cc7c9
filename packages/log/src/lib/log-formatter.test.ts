import { describe, expect, it } from 'vitest';

import { captureCaller } from './caller.ts';
import { LogFormatter } from './log-formatter.ts';
import { LogLevel } from './log-level.ts';
import { LogRecord } from './log-record.ts';

const CREATED = new Date(2026, 0, 31, 12, 5, 9).getTime();
const TERMINAL = { isTTY: true, hasColors: () => true };

function record(message: string | Uint8Array, args: unknown[] = [], level = 20): LogRecord {
  return new LogRecord('typhoon.general', level, message, args, CREATED, captureCaller(0));
}

/** The text without the bracketed part. */
function body(message: string | Uint8Array, ...args: unknown[]): string {
  return new LogFormatter({ color: false }).format(record(message, args)).replace(/^\[.*?\] /, '');
}

describe('layout', () => {
  it('is level, local time, module and line in brackets, then the message (LOG-2)', () => {
    const text = new LogFormatter({ color: false }).format(record('hello %s', ['you']));
    expect(text).toMatch(/^\[I 260131 12:05:09 log-formatter\.test:\d+\] hello you$/);
  });

  it.each([
    [LogLevel.DEBUG, 'D'],
    [LogLevel.INFO, 'I'],
    [LogLevel.WARNING, 'W'],
    [LogLevel.ERROR, 'E'],
    [LogLevel.CRITICAL, 'C'],
  ])('shows level %i as %s (LOG-2)', (level, letter) => {
    expect(new LogFormatter({ color: false }).format(record('m', [], level))[1]).toBe(letter);
  });

  it('can be another', () => {
    const fmt = '%(asctime)s,%(msecs)03d %(name)s %(levelno)d %(levelname)-8s|%(message)s 100%%';
    const formatter = new LogFormatter({ fmt, datefmt: '%Y' });
    expect(formatter.format(record('m'))).toBe('2026,000 typhoon.general 20 INFO    |m 100%');
    expect(formatter.usesCaller).toBe(false);
  });

  it('can name file, path, function and process', () => {
    const fmt = '%(filename)s %(pathname)s %(funcName)s %(process)d';
    const formatter = new LogFormatter({ fmt });
    expect(formatter.usesCaller).toBe(true);
    expect(formatter.format(record('m'))).toMatch(/^log-formatter\.test\.ts \/.*\.ts .* \d+$/);
  });

  it.each(['%(nosuch)s', '%(message)q', '50%', '%(constructor)s'])('refuses %j', (fmt) => {
    expect(() => new LogFormatter({ fmt })).toThrow(
      expect.objectContaining({ code: 'ERR_LOG_FORMAT' }),
    );
  });
});

describe('colours', () => {
  it('wrap the bracketed part alone (LOG-3)', () => {
    const text = new LogFormatter({ stream: TERMINAL }).format(record('m', [], LogLevel.ERROR));
    // eslint-disable-next-line no-control-regex
    expect(text).toMatch(/^\x1b\[31m\[E [^\x1b]*\]\x1b\[0m m$/);
  });

  it('are blue, green, yellow, red and magenta (LOG-3)', () => {
    const formatter = new LogFormatter({ stream: TERMINAL, fmt: '%(color)s%(end_color)s' });
    const colors = [10, 20, 30, 40, 50].map((level) => formatter.format(record('m', [], level)));
    expect(colors).toEqual([4, 2, 3, 1, 5].map((n) => `\x1b[3${n}m\x1b[0m`));
  });

  it.each([
    ['a pipe', {}],
    ['a terminal without colours', { isTTY: true, hasColors: () => false }],
    ['something that only claims colours', { isTTY: false, hasColors: () => true }],
  ])('are not shown on %s (LOG-3)', (_what, stream) => {
    expect(new LogFormatter({ stream }).format(record('m'))).toMatch(/^\[I/);
  });

  it('can be turned off, or be others', () => {
    expect(new LogFormatter({ stream: TERMINAL, color: false }).format(record('m'))).toMatch(/^\[/);
    const formatter = new LogFormatter({ stream: TERMINAL, colors: { 20: 6 } });
    expect(formatter.format(record('m'))).toContain('\x1b[36m[I');
    expect(formatter.format(record('m', [], 30))).toMatch(/^\[W/);
  });
});

describe('several lines', () => {
  it('are indented by four spaces (LOG-4)', () => {
    expect(body('one\ntwo\n\nfour')).toBe('one\n    two\n    \n    four');
  });

  it('hold the error below the message, one line each (LOG-5)', () => {
    const error = new Error('first\nsecond');
    const lines = body('it failed', error).split('\n');
    expect(lines.slice(0, 3)).toEqual(['it failed', '    Error: first', '    second']);
    expect(lines[3]).toMatch(/^ {8}at .*log-formatter\.test\.ts/);
    expect(lines.join('\n')).not.toContain('\\n');
  });

  it('show control characters as escapes, in message and error (LOG-5)', () => {
    expect(body('a\x1b[2Jb\rc\td\r\ne\x9b', new Error('\x07'))).toMatch(
      /^a\\x1b\[2Jb\\rc\td\n {4}e\\x9b\n {4}Error: \\x07\n/,
    );
  });
});

describe('bytes', () => {
  it('are read as UTF-8, or shown as their repr (LOG-6)', () => {
    expect(body(Buffer.from('é'))).toBe('é');
    expect(body(Uint8Array.of(0xe9))).toBe("b'\\xe9'");
    expect(body('got %s', Uint8Array.of(0xff))).toBe("got b'\\xff'");
  });
});

it('shows a message that cannot be formatted instead of throwing (LOG-6)', () => {
  expect(body('%d', 'x')).toMatch(/^Bad message \('TypeError: %d needs a number, not string'\): /);
});
