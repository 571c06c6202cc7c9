import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FileHandler } from './file-handler.ts';
import { LogRecord } from './log-record.ts';
import { sizeRotation } from './size-rotation.ts';
import { timeRotation } from './time-rotation.ts';

import type { LogRotation } from './file-handler.ts';

let directory = '';
let path = '';
let handler: FileHandler | null = null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'typhoon-log-'));
  path = join(directory, 'app.log');
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  handler?.close();
  handler = null;
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

function open(rotation?: LogRotation): FileHandler {
  handler?.close();
  return (handler = new FileHandler(rotation === undefined ? { path } : { path, rotation }));
}

/** Logs `message` at an instant of local time. */
function logAt(local: string, message: string): void {
  vi.setSystemTime(new Date(local));
  handler?.handle(new LogRecord('x', 20, message, []));
}

const read = (suffix = ''): string => readFileSync(path + suffix, 'utf8');
const files = (): string[] => readdirSync(directory).sort();

/** The files after messages a, b, c … were logged at these instants, each with its text. */
function filesAfter(rotation: LogRotation, instants: readonly string[]): Record<string, string> {
  vi.setSystemTime(new Date(instants[0] ?? 0));
  open(rotation);
  instants.forEach((instant, i) => {
    logAt(instant, String.fromCharCode(97 + i));
  });
  return Object.fromEntries(
    files().map((name) => [name, readFileSync(join(directory, name), 'utf8').replaceAll('\n', '')]),
  );
}

describe('FileHandler', () => {
  it('appends lines in UTF-8, at once (LOG-8)', () => {
    writeFileSync(path, 'before\n');
    open();
    logAt('2026-01-31T12:00', 'é 漢 😀');
    expect(read()).toBe('before\né 漢 😀\n');
  });

  it('says at once if the file cannot be opened', () => {
    expect(() => new FileHandler({ path: join(directory, 'no', 'app.log') })).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  it('opens again after it was closed', () => {
    const file = open();
    logAt('2026-01-31T12:00', 'a');
    file.close();
    file.close();
    logAt('2026-01-31T12:00', 'b');
    expect(read()).toBe('a\nb\n');
  });

  it('goes on in the old file if that cannot be moved away, and tells', () => {
    open({
      opened: () => undefined,
      isDue: () => true,
      rotate: () => {
        throw new Error('no rights');
      },
    });
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    logAt('2026-01-31T12:00', 'a');
    logAt('2026-01-31T12:00', 'b');
    expect(stderr.mock.calls.join()).toContain('no rights');
    stderr.mockRestore();
    expect(read()).toBe('a\nb\n');
  });
});

describe('sizeRotation', () => {
  it('starts a new file when a line would not fit, and keeps so many old ones (LOG-8)', () => {
    open(sizeRotation({ maxBytes: 5, backups: 2 }));
    for (const message of ['aa', 'b', 'cc', 'd', 'ee', 'f', 'gg', 'h']) {
      logAt('2026-01-31T12:00', message);
    }
    expect(files()).toEqual(['app.log', 'app.log.1', 'app.log.2']);
    expect([read(), read('.1'), read('.2')]).toEqual(['gg\nh\n', 'ee\nf\n', 'cc\nd\n']);
  });

  it('counts what is in the file already', () => {
    writeFileSync(path, '1234\n');
    open(sizeRotation({ maxBytes: 6, backups: 1 }));
    logAt('2026-01-31T12:00', 'a');
    expect([read(), read('.1')]).toEqual(['a\n', '1234\n']);
  });

  it('never rotates an empty file, however long the line', () => {
    open(sizeRotation({ maxBytes: 3, backups: 3 }));
    logAt('2026-01-31T12:00', 'long');
    expect(files()).toEqual(['app.log']);
  });

  it.each([{ maxBytes: 0 }, { maxBytes: 1, backups: 0 }])('never rotates with %j', (options) => {
    open(sizeRotation(options));
    for (const message of ['a', 'b', 'c']) logAt('2026-01-31T12:00', message);
    expect(read()).toBe('a\nb\nc\n');
  });
});

describe('timeRotation', () => {
  it('starts a new file at midnight (LOG-8)', () => {
    expect(
      filesAfter(timeRotation(), ['2026-01-30T12:00', '2026-01-30T23:59', '2026-01-31T00:00']),
    ).toEqual({ 'app.log.2026-01-30': 'ab', 'app.log': 'c' });
  });

  it('starts a new file every so many days at midnight', () => {
    const rotation = timeRotation({ when: 'MIDNIGHT', interval: 2 });
    expect(
      filesAfter(rotation, ['2026-01-30T12:00', '2026-01-31T23:59', '2026-02-01T00:00']),
    ).toEqual({ 'app.log.2026-01-30': 'ab', 'app.log': 'c' });
  });

  it.each([
    ['S', '2026-01-30T12:00:00', '2026-01-30T12:00:01', '2026-01-30_12-00-00'],
    ['M', '2026-01-30T12:00:30', '2026-01-30T12:01:30', '2026-01-30_12-00'],
    ['h', '2026-01-30T12:30:00', '2026-01-30T13:30:00', '2026-01-30_12'],
    ['D', '2026-01-30T12:00:00', '2026-01-31T12:00:00', '2026-01-30'],
  ])('lasts one unit of %s from the beginning on', (when, begin, next, suffix) => {
    const almost = new Date(new Date(next).getTime() - 1).toISOString();
    expect(filesAfter(timeRotation({ when }), [begin, almost, next])).toEqual({
      [`app.log.${suffix}`]: 'ab',
      'app.log': 'c',
    });
  });

  // 2026-01-30 is a Friday, which is W4.
  it.each([
    ['W4', '2026-01-31T00:00'],
    ['W5', '2026-02-01T00:00'],
    ['W6', '2026-02-02T00:00'],
    ['W3', '2026-02-06T00:00'],
  ])('ends with the weekday %s', (when, next) => {
    const almost = new Date(new Date(next).getTime() - 1).toISOString();
    expect(filesAfter(timeRotation({ when }), ['2026-01-30T12:00', almost, next])).toEqual({
      'app.log.2026-01-30': 'ab',
      'app.log': 'c',
    });
  });

  it('keeps so many old files', () => {
    const days = ['2026-01-28T12:00', '2026-01-29T12:00', '2026-01-30T12:00', '2026-01-31T12:00'];
    writeFileSync(join(directory, 'app.log.mine'), '');
    writeFileSync(join(directory, 'other.log.2026-01-01'), '');
    filesAfter(timeRotation({ backups: 2 }), days);
    expect(files()).toEqual([
      'app.log',
      'app.log.2026-01-29',
      'app.log.2026-01-30',
      'app.log.mine',
      'other.log.2026-01-01',
    ]);
  });

  it.each([
    [0, ['2026-01-28', '2026-01-29', '2026-01-30']],
    [1, ['2026-01-30']],
  ])('with backups %i keeps those of %j', (backups, kept) => {
    const days = ['2026-01-28T12:00', '2026-01-29T12:00', '2026-01-30T12:00', '2026-01-31T12:00'];
    filesAfter(timeRotation({ backups }), days);
    expect(files()).toEqual(['app.log', ...kept.map((day) => `app.log.${day}`)]);
  });

  it('goes by when an old file was last written', () => {
    writeFileSync(path, 'old\n');
    const yesterday = new Date('2026-01-30T20:00');
    utimesSync(path, yesterday, yesterday);
    expect(filesAfter(timeRotation(), ['2026-01-31T08:00'])).toEqual({
      'app.log.2026-01-30': 'old',
      'app.log': 'a',
    });
  });

  it('does not overwrite an old file of the same name', () => {
    writeFileSync(join(directory, 'app.log.2026-01-30'), 'first');
    const written = filesAfter(timeRotation(), ['2026-01-30T12:00', '2026-01-31T12:00']);
    expect(written).toEqual({
      'app.log.2026-01-30': 'first',
      'app.log.2026-01-30.1': 'a',
      'app.log': 'b',
    });
  });

  it.each([{ when: 'W7' }, { when: 'fortnight' }, { interval: 0 }, { interval: 1.5 }])(
    'refuses %j',
    (options) => {
      expect(() => timeRotation(options)).toThrow(
        expect.objectContaining({ code: 'ERR_LOG_ROTATION' }),
      );
    },
  );
});
