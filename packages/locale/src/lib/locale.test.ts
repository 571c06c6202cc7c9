import { VirtualClock } from '@typhoon/ioloop/testing';
import { describe, expect, it } from 'vitest';

import { folderOf } from '../../test/folder.ts';
import { MONTHS, WEEKDAYS } from './date-words.ts';
import { Locales } from './locales.ts';
import type { DateStyle } from './date-words.ts';
import type { Locale } from './locale.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Sunday. */
const NOW = Date.UTC(2013, 3, 28, 18, 35, 0);

function locale(code = 'en_US', csv = ''): Locale {
  const locales = new Locales({ clock: new VirtualClock({ startMs: NOW }) });
  locales.loadTranslations(folderOf({ [`${code}.csv`]: csv }));
  return locales.get(code);
}

/** How the instant that long before now is said. */
const said = (agoMs: number, style?: DateStyle, code?: string): string =>
  locale(code).formatDate(NOW - agoMs, style);

describe('formatDate', () => {
  it('takes a date or milliseconds since the epoch, in UTC (LCL-10)', () => {
    const date = new Date(Date.UTC(2012, 0, 31, 9, 5));
    expect(locale().formatDate(date)).toBe('January 31, 2012 at 9:05 am');
    expect(locale().formatDate(date.getTime())).toBe('January 31, 2012 at 9:05 am');
  });

  it('subtracts the offset, in minutes (LCL-10)', () => {
    const style = { fullFormat: true };
    expect(said(0, { ...style, gmtOffset: 60 })).toBe('April 28, 2013 at 5:35 pm');
    expect(said(0, { ...style, gmtOffset: -6 * 60 })).toBe('April 29, 2013 at 12:35 am');
  });

  it.each([
    [0, '0 seconds ago'],
    [1 * SECOND, '1 second ago'],
    [2.9 * SECOND, '2 seconds ago'],
    [49 * SECOND, '49 seconds ago'],
    [50 * SECOND, '1 minute ago'],
    [119 * SECOND, '2 minutes ago'],
    [49 * MINUTE, '49 minutes ago'],
    [50 * MINUTE, '1 hour ago'],
    [4 * HOUR, '4 hours ago'],
    [24 * HOUR - SECOND, '24 hours ago'],
  ])('says of %d ms ago: %s (LCL-11)', (agoMs, text) => {
    expect(said(agoMs)).toBe(text);
  });

  it.each([
    [90 * SECOND, '2 minutes ago'],
    [150 * SECOND, '2 minutes ago'],
    [210 * SECOND, '4 minutes ago'],
    [1.5 * HOUR, '2 hours ago'],
    [2.5 * HOUR, '2 hours ago'],
    [3.5 * HOUR, '4 hours ago'],
  ])('rounds the half to even: %d ms is %s (LCL-11, PYS-20)', (agoMs, text) => {
    expect(said(agoMs)).toBe(text);
  });

  it('forgives a clock that is up to a minute ahead, if it is to be relative (LCL-11)', () => {
    expect(said(-59 * SECOND)).toBe('0 seconds ago');
    expect(said(-59 * SECOND, { relative: false })).toBe('April 28, 2013 at 6:35 pm');
  });

  it('says all of any other date in the future (LCL-11)', () => {
    expect(said(-60 * SECOND)).toBe('April 28, 2013 at 6:36 pm');
    expect(said(-HOUR, { shorter: true })).toBe('April 28, 2013');
    expect(said(-DAY - 30 * SECOND)).toBe('April 29, 2013 at 6:35 pm');
  });

  it.each([
    [30 * SECOND, { relative: false }, '6:34 pm'],
    [3 * HOUR, { relative: false, shorter: true }, '3:35 pm'],
    [DAY, {}, 'yesterday at 6:35 pm'],
    [DAY, { shorter: true }, 'yesterday'],
    [DAY, { relative: false }, 'Saturday at 6:35 pm'],
    [DAY + 18 * HOUR, {}, 'yesterday at 12:35 am'],
    [DAY + 19 * HOUR, {}, 'Friday at 11:35 pm'],
    [2 * DAY, {}, 'Friday at 6:35 pm'],
    [2 * DAY, { shorter: true }, 'Friday'],
    [4 * DAY, {}, 'Wednesday at 6:35 pm'],
    [5 * DAY, {}, 'April 23 at 6:35 pm'],
    [5 * DAY, { shorter: true }, 'April 23'],
    [333 * DAY, {}, 'May 30 at 6:35 pm'],
    [334 * DAY, {}, 'May 29, 2012 at 6:35 pm'],
    [334 * DAY, { shorter: true }, 'May 29, 2012'],
  ] as const)('says of %d ms ago with %j: %s (LCL-12)', (agoMs, style, text) => {
    expect(said(agoMs, style)).toBe(text);
  });

  it('counts yesterday by the local calendar (LCL-12)', () => {
    expect(said(DAY + 18.75 * HOUR, { gmtOffset: 0 })).toBe('Friday at 11:50 pm');
    expect(said(DAY + 18.75 * HOUR, { gmtOffset: -60 })).toBe('yesterday at 12:50 am');
  });

  it.each([
    ['en_US', '6:35 pm', '12:05 am', '12:05 pm'],
    ['en', '6:35 pm', '12:05 am', '12:05 pm'],
    ['en_GB', '18:35', '0:05', '12:05'],
    ['de', '18:35', '0:05', '12:05'],
    ['zh_CN', '下午6:35', '上午12:05', '下午12:05'],
    ['zh_TW', '18:35', '0:05', '12:05'],
  ])('has the clock of %s: %s, %s, %s (LCL-13)', (code, evening, midnight, noon) => {
    const style = { relative: false };
    expect(said(0, style, code)).toBe(evening);
    expect(said(18.5 * HOUR, style, code)).toBe(midnight);
    expect(said(6.5 * HOUR, style, code)).toBe(noon);
  });

  it('says all of a date if it is to (LCL-14)', () => {
    expect(said(0, { fullFormat: true })).toBe('April 28, 2013 at 6:35 pm');
    expect(said(0, { fullFormat: true, shorter: true })).toBe('April 28, 2013');
  });
});

describe('formatDay', () => {
  it('says the day of the week, the month and the day (LCL-14)', () => {
    expect(locale().formatDay(new Date(NOW))).toBe('Sunday, April 28');
    expect(locale().formatDay(NOW, { dow: false })).toBe('April 28');
    expect(locale().formatDay(NOW, { gmtOffset: -6 * 60 })).toBe('Monday, April 29');
  });
});

describe('list', () => {
  it.each([
    [[], ''],
    [['A'], 'A'],
    [['A', 'B'], 'A and B'],
    [['A', 'B', 'C'], 'A, B and C'],
  ])('says %j as %j (LCL-15)', (parts, text) => {
    expect(locale().list(parts)).toBe(text);
  });

  it('has the conjunction of Persian, and words of other languages (LCL-15)', () => {
    expect(locale('fa_IR').list(['A', 'B', 'C'])).toBe('A \u0648 B and C');
    const german = locale('de', '%(commas)s and %(last)s,%(commas)s und %(last)s');
    expect(german.list(['100%', '%(last)s', 'C'])).toBe('100%, %(last)s und C');
  });
});

describe('numbers', () => {
  it('are grouped with commas in English, and plain elsewhere (LCL-15)', () => {
    expect([0, 999, 1000, 1234567].map((n) => locale().friendlyNumber(n))).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
    ]);
    expect(locale().friendlyNumber(12345678901234567890n)).toBe('12,345,678,901,234,567,890');
    expect(locale('de').friendlyNumber(1234567)).toBe('1234567');
  });

  it('can be written as each language does', () => {
    expect(locale('de').formatNumber(1234.5)).toBe('1.234,5');
    expect(locale('pt_BR').formatNumber(0.5, { style: 'percent' })).toBe('50%');
  });
});

describe('all words of dates', () => {
  const csv = [
    '1 minute ago,vor 1 Minute,singular',
    '%(minutes)d minutes ago,vor %(minutes)d Minuten,plural',
    'yesterday at %(time)s,gestern um %(time)s',
    '%(weekday)s at %(time)s,%(weekday)s um %(time)s',
    '"%(month_name)s %(day)s, %(year)s",%(day)s. %(month_name)s %(year)s',
    '"%(weekday)s, %(month_name)s %(day)s","%(weekday)s, %(day)s. %(month_name)s"',
    'Friday,Freitag\nSunday,Sonntag\nMay,Mai',
  ].join('\n');
  const german = (): Locale => locale('de', csv);

  it('can be translated (LCL-16)', () => {
    expect(german().formatDate(NOW - MINUTE)).toBe('vor 1 Minute');
    expect(german().formatDate(NOW - 7 * MINUTE)).toBe('vor 7 Minuten');
    expect(german().formatDate(NOW - DAY)).toBe('gestern um 18:35');
    expect(german().formatDate(NOW - 2 * DAY)).toBe('Freitag um 18:35');
    expect(german().formatDate(NOW - 334 * DAY, { shorter: true })).toBe('29. Mai 2012');
    expect(german().formatDay(NOW)).toBe('Sonntag, 28. April');
  });

  it('have names of months and days, and templates, as their messages (LCL-18)', () => {
    const asked = new Set<string>();
    const english = locale();
    const spy = english.translate.bind(english);
    english.translate = (...args) => {
      asked.add(args[1] ?? args[0]);
      return spy(...args);
    };
    const styles = [{}, { shorter: true }, { relative: false }];
    for (let ms = 0; ms < 500 * DAY; ms += 29 * HOUR) {
      for (const style of styles) english.formatDate(NOW - ms, style);
    }
    english.formatDate(NOW - MINUTE);
    english.formatDate(NOW - HOUR);
    english.formatDay(NOW);
    english.list(['a', 'b']);
    expect([...asked].sort()).toEqual(
      [
        ...MONTHS,
        ...WEEKDAYS,
        '%(seconds)d seconds ago',
        '%(minutes)d minutes ago',
        '%(hours)d hours ago',
        '%(time)s',
        'yesterday',
        'yesterday at %(time)s',
        '%(weekday)s',
        '%(weekday)s at %(time)s',
        '%(month_name)s %(day)s',
        '%(month_name)s %(day)s at %(time)s',
        '%(month_name)s %(day)s, %(year)s',
        '%(month_name)s %(day)s, %(year)s at %(time)s',
        '%(weekday)s, %(month_name)s %(day)s',
        '%(commas)s and %(last)s',
      ].sort(),
    );
  });
});
