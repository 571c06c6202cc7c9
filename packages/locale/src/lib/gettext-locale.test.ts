import { describe, expect, it } from 'vitest';

import { moFile } from '../../test/mo-file.ts';
import { CONTEXT_SEPARATOR, GettextCatalogue } from './gettext-catalogue.ts';
import { GettextLocale } from './gettext-locale.ts';
import { parsePluralFormula } from './plural-formula.ts';
import type { Messages, MoOptions } from '../../test/mo-file.ts';

function localeOf(messages: Messages, options?: MoOptions): GettextLocale {
  return new GettextLocale('ru', new GettextCatalogue(moFile(messages, options)), Date);
}

const RUSSIAN = 'n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2';
const RUSSIAN_HEADER = `Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=(${RUSSIAN});\n`;

/** Made by GNU msgfmt, hash table and all. */
const BY_MSGFMT = [
  '3hIElQAAAAADAAAAHAAAADQAAAAFAAAATAAAAAAAAABgAAAACgAAAGEAAAAJAAAAbAAAAJ0AAAB2AAAAIAAAABQBAAAKAAAANQEA',
  'AAEAAAACAAAAAwAAAAAAAAAAAAAAAGZpbGUAZmlsZXMAbGF3BHJpZ2h0AENvbnRlbnQtVHlwZTogdGV4dC9wbGFpbjsgY2hhcnNl',
  'dD1VVEYtOApQbHVyYWwtRm9ybXM6IG5wbHVyYWxzPTM7IHBsdXJhbD0obiUxMD09MSAmJiBuJTEwMCE9MTEgPyAwIDogbiUxMD49',
  'MiAmJiBuJTEwPD00ICYmIChuJTEwMDwxMCB8fCBuJTEwMD49MjApID8gMSA6IDIpOwoA0YTQsNC50LsA0YTQsNC50LvQsADRhNCw',
  '0LnQu9C+0LIA0L/RgNCw0LLQvgA=',
].join('');

describe('a gettext catalogue', () => {
  it.each([false, true])(
    'is read in both byte orders, big end first: %s (PYS-12)',
    (isBigEndian) => {
      const locale = localeOf({ school: 'школа' }, { isBigEndian });
      expect(locale.translate('school')).toBe('школа');
    },
  );

  it('is read as msgfmt writes it, with contexts and plural forms (LCL-7, PYS-12)', () => {
    const catalogue = new GettextCatalogue(Buffer.from(BY_MSGFMT, 'base64'));
    const locale = new GettextLocale('ru', catalogue, Date);
    const forms = [1, 2, 5, 11, 21, 104].map((n) => locale.translate('file', 'files', n));
    expect(forms).toEqual(['файл', 'файла', 'файлов', 'файлов', 'файл', 'файла']);
    expect(locale.pgettext('law', 'right')).toBe('право');
  });

  it('is read in the charset of its header (PYS-12)', () => {
    const file = moFile({ school: 'x' }, { header: 'Content-Type: text/plain; charset=koi8-r\n' });
    file[file.lastIndexOf('x')] = 0xc1;
    expect(new GettextCatalogue(file).find('school')).toBe('а');
  });

  it('is an error if it is something else', () => {
    expect(() => new GettextCatalogue(Buffer.from('PK\x03\x04 not this'))).toThrow(
      expect.objectContaining({ code: 'ERR_LOCALE_FILE' }),
    );
  });

  it('is no place for code: a formula that is none is an error (PYS-12)', () => {
    const header = 'Plural-Forms: nplurals=2; plural=process.exit(1);\n';
    expect(() => localeOf({}, { header })).toThrow(
      expect.objectContaining({ code: 'ERR_LOCALE_PLURAL' }),
    );
  });
});

describe('translations from a catalogue', () => {
  const locale = localeOf(
    {
      school: 'школа',
      'file\0files': ['файл', 'файла', 'файлов'],
      [`law${CONTEXT_SEPARATOR}right`]: 'право',
      right: 'правый',
      [`stick${CONTEXT_SEPARATOR}club\0clubs`]: ['дубинка', 'дубинки', 'дубинок'],
      'club\0clubs': ['клуб', 'клуба', 'клубов'],
    },
    { header: RUSSIAN_HEADER },
  );

  it('have the plural form of the formula (LCL-7)', () => {
    const words = [0, 1, 3, 11, 101].map((n) => locale.translate('file', 'files', n));
    expect(words).toEqual(['файлов', 'файл', 'файла', 'файлов', 'файл']);
    expect(locale.translate('file')).toBe('файл');
  });

  it('have one form for 1 and another for all else if there is no formula (LCL-7)', () => {
    const plain = localeOf({ 'cat\0cats': ['Katze', 'Katzen'] });
    expect([0, 1, 2].map((n) => plain.translate('cat', 'cats', n))).toEqual([
      'Katzen',
      'Katze',
      'Katzen',
    ]);
  });

  it('are those of a context, if it has one (LCL-7, PYS-12)', () => {
    expect(locale.pgettext('law', 'right')).toBe('право');
    expect(locale.translate('right')).toBe('правый');
    expect(locale.pgettext('stick', 'club', 'clubs', 2)).toBe('дубинки');
  });

  it('are the plain message without one, in a plural translated (LCL-7)', () => {
    expect(locale.pgettext('good', 'right')).toBe('right');
    expect(locale.pgettext('society', 'club', 'clubs', 2)).toBe('клуба');
  });

  it('are the message where there is none (LCL-7)', () => {
    expect(locale.translate('dog')).toBe('dog');
    expect(locale.translate('dog', 'dogs', 1)).toBe('dog');
    expect(locale.translate('dog', 'dogs', 2)).toBe('dogs');
    expect(locale.pgettext('zoo', 'dog', 'dogs', 2)).toBe('dogs');
    expect(locale.translate('__proto__')).toBe('__proto__');
  });

  it('need a count for a plural (LCL-8)', () => {
    for (const call of [
      () => locale.translate('file', 'files'),
      () => locale.pgettext('zoo', 'file', 'files'),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_LOCALE_COUNT' }));
    }
  });
});

describe('a plural formula', () => {
  it.each([
    ['0', [0, 1, 2], [0, 0, 0]],
    ['n != 1', [0, 1, 2], [1, 0, 1]],
    ['n>1', [0, 1, 2], [0, 0, 1]],
    ['n==1 ? 0 : n==0 || (n%100>0 && n%100<20) ? 1 : 2', [1, 0, 19, 20], [0, 1, 1, 2]],
    ['n==1?0:n==2?1:(n<0 || n>10) && n%10==0?2:3', [1, 2, 30, 10, 7], [0, 1, 2, 3, 3]],
    ['!n', [0, 5], [1, 0]],
    ['1+2*3-n/2', [4, 5], [5, 5]],
    ['10-4-3', [0], [3]],
    ['1 ? 0 ? 5 : 6 : 7', [0], [6]],
    ['0 || 2 && 3', [0], [1]],
    ['2 <= n == 1', [2, 1], [1, 0]],
    ['n%0 + n/0', [5], [0]],
  ])('%s is computed as in C (PYS-12)', (formula, counts, forms) => {
    const form = parsePluralFormula(formula);
    expect(counts.map(form)).toEqual(forms);
  });

  it.each(['', 'n=1', 'm', 'n ? 1', '(n', 'n)', 'n n', '1 +', 'n.x', 'n;n', '-n', 'n&1', '()'])(
    'is not %j',
    (formula) => {
      expect(() => parsePluralFormula(formula)).toThrow(
        expect.objectContaining({ code: 'ERR_LOCALE_PLURAL' }),
      );
    },
  );

  it('is at most 1000 characters long', () => {
    expect(() => parsePluralFormula('('.repeat(1001))).toThrow('is no plural formula');
    expect(parsePluralFormula(`${'('.repeat(499)}n${')'.repeat(499)}`)(3)).toBe(3);
  });
});
