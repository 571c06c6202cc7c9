import { expect, it } from 'vitest';

import { LogLevel, levelName, parseLevel } from './log-level.ts';
import { LogError } from './log-error.ts';

it('has the five levels of Tornado (LOG-1)', () => {
  expect(LogLevel).toEqual({
    NOTSET: 0,
    DEBUG: 10,
    INFO: 20,
    WARNING: 30,
    ERROR: 40,
    CRITICAL: 50,
  });
});

it('reads a level in any case, or as a number', () => {
  expect([parseLevel('Info'), parseLevel('CRITICAL'), parseLevel(35)]).toEqual([20, 50, 35]);
});

it.each(['loud', '', -1, NaN])('refuses %j', (level) => {
  expect(() => parseLevel(level)).toThrow(LogError);
  expect(() => parseLevel(level)).toThrow(expect.objectContaining({ code: 'ERR_LOG_LEVEL' }));
});

it('names a level between the named ones by its number', () => {
  expect([levelName(30), levelName(31)]).toEqual(['WARNING', 'Level 31']);
});
