import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';

import { CSVLocale } from './csv-locale.ts';
import { readCsvTranslations } from './csv-translations.ts';
import type { CsvTranslations } from './csv-translations.ts';

function read(text: string | Uint8Array, encoding: string | null = null): CsvTranslations {
  return readCsvTranslations(Buffer.from(text), 'de.csv', encoding);
}

const german = (text: string): CSVLocale => new CSVLocale('de', read(text), Date);

describe('a CSV file', () => {
  it('has quoted fields, with doubled quotes, commas and newlines in them (PYS-11)', () => {
    const { unknown } = read('"say ""hi""","sag ""hallo"""\r\n"a,b","c\nd"\nx,"y"');
    expect([...unknown]).toEqual([
      ['say "hi"', 'sag "hallo"'],
      ['a,b', 'c\nd'],
      ['x', 'y'],
    ]);
  });

  it('may have quotes in the middle of a field (PYS-11)', () => {
    expect([...read('5" disk,Diskette 5"').unknown]).toEqual([['5" disk', 'Diskette 5"']]);
  });

  it('has its fields trimmed, and rows with fewer than two passed over (LCL-4)', () => {
    const { unknown } = read(' school , Schule \n\nalone\nbus,Bus,\ntram,Tram,,more\n');
    expect([...unknown]).toEqual([
      ['school', 'Schule'],
      ['bus', 'Bus'],
      ['tram', 'Tram'],
    ]);
  });

  it('marks plurals and singulars in the third field (LCL-4)', () => {
    const { plural, singular, unknown } = read('a,1,plural\na,2,singular\na,3,unknown\nb,4,""');
    expect([[...plural], [...singular], [...unknown]]).toEqual([
      [['a', '1']],
      [['a', '2']],
      [
        ['a', '3'],
        ['b', '4'],
      ],
    ]);
  });

  it('has rows with another mark logged, with their line, and passed over (LCL-4)', () => {
    const expected = new ExpectLog(
      'typhoon.general',
      "Unrecognized plural indicator 'dual' in de.csv line 3",
    );
    const { unknown } = expected.run(() => read('a,1\n\nb,2,dual\nc,3'));
    expect([...unknown.keys()]).toEqual(['a', 'c']);
  });

  it.each([
    ['UTF-8', Buffer.from('school,Schüler')],
    ['UTF-8 with a mark', Buffer.from('\ufeffschool,Schüler')],
    ['UTF-16, little end first', Buffer.from('\ufeffschool,Schüler', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeffschool,Schüler', 'utf16le').swap16()],
  ])('may be %s (LCL-4)', (_, bytes) => {
    expect([...read(bytes).unknown]).toEqual([['school', 'Schüler']]);
  });

  it('may be in an encoding that the caller knows (LCL-4)', () => {
    const bytes = Buffer.from('school,Schüler', 'latin1');
    expect([...read(bytes, 'latin1').unknown]).toEqual([['school', 'Schüler']]);
    expect(() => read(bytes)).toThrow(TypeError);
  });
});

describe('translations from a CSV file', () => {
  const locale = german(
    'cat,Katze\ncat,Kätzchen,singular\ncats,Katzen,plural\ncats,falsch,singular\n__proto__,x',
  );

  it('are looked up by the count: plural, singular or unmarked (LCL-6)', () => {
    expect(locale.translate('cat')).toBe('Katze');
    expect(locale.translate('cat', 'cats', 1)).toBe('Kätzchen');
    expect([0, 2, -1].map((count) => locale.translate('cat', 'cats', count))).toEqual([
      'Katzen',
      'Katzen',
      'Katzen',
    ]);
  });

  it('are the message itself where there is none (LCL-6)', () => {
    expect(locale.translate('dog')).toBe('dog');
    expect(locale.translate('cats')).toBe('cats');
    expect(locale.translate('dog', 'dogs', 1)).toBe('dog');
    expect(locale.translate('dog', 'dogs', 3)).toBe('dogs');
    expect(locale.translate('constructor')).toBe('constructor');
  });

  it('have no contexts: that is warned of, and the plain message translated (LCL-7)', () => {
    new ExpectLog('typhoon.general', 'pgettext is not supported by CSVLocale').run(() => {
      expect(locale.pgettext('zoo', 'cat', 'cats', 2)).toBe('Katzen');
    });
    expect(new CSVLocale('en_US', null, Date).pgettext('zoo', 'cat')).toBe('cat');
  });

  it('need a count for a plural (LCL-8)', () => {
    expect(() => locale.translate('cat', 'cats')).toThrow(
      expect.objectContaining({ code: 'ERR_LOCALE_COUNT' }),
    );
  });
});
