import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';

import { folderOf } from '../../test/folder.ts';
import { moFile } from '../../test/mo-file.ts';
import { CSVLocale } from './csv-locale.ts';
import { GettextLocale } from './gettext-locale.ts';
import { LOCALE_NAMES } from './locale-names.ts';
import { Locales } from './locales.ts';
import { get, getSupportedLocales, locales as programLocales } from './program-locales.ts';

function spoken(...codes: readonly string[]): Locales {
  const locales = new Locales();
  locales.loadTranslations(folderOf(Object.fromEntries(codes.map((code) => [`${code}.csv`, '']))));
  return locales;
}

describe('a set of languages', () => {
  it('has en_US alone at first (LCL-1)', () => {
    const locales = new Locales();
    expect([...locales.getSupportedLocales()]).toEqual(['en_US']);
    expect(locales.getClosest('fr').code).toBe('en_US');
    expect([get('fr'), ...getSupportedLocales()]).toEqual([programLocales.get('en_US'), 'en_US']);
  });

  it('has the default language besides those that are loaded (LCL-1)', () => {
    const locales = spoken('de', 'pt_BR');
    expect(locales.getSupportedLocales()).toEqual(new Set(['de', 'pt_BR', 'en_US']));
    locales.setDefaultLocale('fr');
    expect(locales.getSupportedLocales()).toEqual(new Set(['de', 'pt_BR', 'fr']));
    expect(locales.getClosest('xx').code).toBe('fr');
  });

  it.each([
    [['pt_BR'], 'pt_BR'],
    [['PT-br'], 'pt_BR'],
    [['de_AT'], 'de'],
    [['DE-at'], 'de'],
    [['de'], 'de'],
    [['DE'], 'de'],
    [['pt'], 'en_US'],
    [['pt_PT', 'de'], 'de'],
    [['xx', 'yy_ZZ', 'pt_br', 'de'], 'pt_BR'],
    [['zh_Hans_CN', 'de_DE_x'], 'en_US'],
    [['', '-', 'de'], 'de'],
    [[], 'en_US'],
  ])('takes for %j: %s (LCL-2)', (codes, code) => {
    expect(spoken('de', 'pt_BR').getClosest(...codes).code).toBe(code);
  });

  it('has one object a language, which keeps its translations (LCL-3)', () => {
    const locales = new Locales();
    locales.loadTranslations(folderOf({ 'de.csv': 'school,Schule' }));
    const de = locales.get('de');
    expect(locales.getClosest('de_AT')).toBe(de);
    locales.loadTranslations(folderOf({ 'de.csv': 'school,Penne', 'fr.csv': 'school,école' }));
    expect(locales.get('de')).toBe(de);
    expect([de.translate('school'), locales.get('fr').translate('school')]).toEqual([
      'Schule',
      'école',
    ]);
  });

  it('does not give a language that is not spoken', () => {
    expect(() => spoken('de').get('fr')).toThrow(
      expect.objectContaining({ code: 'ERR_LOCALE_UNSUPPORTED' }),
    );
  });

  it.each([
    ['fa_IR', true],
    ['ar', true],
    ['he_IL', true],
    ['en_US', false],
    ['de', false],
  ])('knows whether %s is written from right to left: %s (LCL-9)', (code, rtl) => {
    expect(spoken(code).get(code).rtl).toBe(rtl);
  });

  it('knows the names of languages (LCL-9)', () => {
    const locales = spoken('pt_BR', 'xx');
    expect(['pt_BR', 'en_US', 'xx'].map((code) => locales.get(code).name)).toEqual([
      'Português (Brasil)',
      'English (US)',
      'Unknown',
    ]);
    expect(locales.get('pt_BR').languageTag).toBe('pt-BR');
  });

  it('has names for 62 codes (LCL-17)', () => {
    const codes =
      'af_ZA am_ET ar_AR bg_BG bn_IN bs_BA ca_ES cs_CZ cy_GB da_DK de_DE el_GR en_GB en_US es_ES es_LA ' +
      'et_EE eu_ES fa_IR fi_FI fr_CA fr_FR ga_IE gl_ES he_IL hi_IN hr_HR hu_HU id_ID is_IS it_IT ja_JP ' +
      'ko_KR lt_LT lv_LV mk_MK ml_IN ms_MY nb_NO nl_NL nn_NO pa_IN pl_PL pt_BR pt_PT ro_RO ru_RU sk_SK ' +
      'sl_SI sq_AL sr_RS sv_SE sw_KE ta_IN te_IN th_TH tl_PH tr_TR uk_UA vi_VN zh_CN zh_TW';
    expect(Object.keys(LOCALE_NAMES)).toEqual(codes.split(' '));
    expect(LOCALE_NAMES['es_LA']).toEqual({ nameEn: 'Spanish', name: 'Español' });
    expect(LOCALE_NAMES['de_DE']).toEqual({ nameEn: 'German', name: 'Deutsch' });
  });
});

describe('loading CSV files', () => {
  it('takes ll.csv and ll_CC.csv, and logs others (LCL-4)', () => {
    const folder = folderOf({ 'de.csv': 'a,b', 'readme.txt': 'x', 'sr-Latn.csv': 'a,b' });
    const locales = new Locales();
    new ExpectLog('typhoon.general', /Unrecognized locale 'sr-Latn' \(path: .*sr-Latn\.csv\)/).run(
      () => {
        locales.loadTranslations(folder);
      },
    );
    expect(locales.getSupportedLocales()).toEqual(new Set(['de', 'en_US']));
    expect(locales.get('de')).toBeInstanceOf(CSVLocale);
  });

  it('fails with the name of a file that cannot be read', () => {
    const broken = folderOf({ 'de.csv': Uint8Array.of(0x61, 0x2c, 0xff) });
    expect(() => {
      new Locales().loadTranslations(broken);
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_LOCALE_FILE',
        message: expect.stringContaining('de.csv') as string,
      }),
    );
  });
});

describe('loading gettext catalogues', () => {
  it('takes DIRECTORY/ll_CC/LC_MESSAGES/DOMAIN.mo (LCL-5)', () => {
    const folder = folderOf({
      'de/LC_MESSAGES/shop.mo': moFile({ school: 'Schule' }),
      'pt_BR/LC_MESSAGES/shop.mo': moFile({ school: 'escola' }),
      'fr/LC_MESSAGES/other.mo': moFile({ school: 'école' }),
      'readme.txt': 'x',
    });
    const locales = new Locales();
    locales.loadGettextTranslations(folder, 'shop');
    expect(locales.getSupportedLocales()).toEqual(new Set(['de', 'pt_BR', 'en_US']));
    expect(locales.get('de')).toBeInstanceOf(GettextLocale);
    expect(locales.getClosest('pt-br').translate('school')).toBe('escola');
  });

  it('logs what cannot be read, and goes on (LCL-5)', () => {
    const folder = folderOf({
      'aa/LC_MESSAGES/shop.mo': 'no catalogue at all',
      'bb/LC_MESSAGES/shop.mo': moFile({ a: 'b' }).subarray(0, 30),
      'cc/LC_MESSAGES/shop.mo': moFile({}, { header: 'Plural-Forms: nplurals=2; plural=n.x;\n' }),
      'de/LC_MESSAGES/shop.mo': moFile({ school: 'Schule' }),
    });
    const locales = new Locales();
    const expected = ['aa', 'bb', 'cc'].map(
      (code) => new ExpectLog('typhoon.general', `Cannot load translation for '${code}'`),
    );
    locales.loadGettextTranslations(folder, 'shop');
    for (const one of expected) one[Symbol.dispose]();
    expect(locales.getSupportedLocales()).toEqual(new Set(['de', 'en_US']));
  });

  it('has the language alone behind that of a country', () => {
    const folder = folderOf({
      'pt/LC_MESSAGES/shop.mo': moFile({ school: 'escola', bus: 'autocarro' }),
      'pt_BR/LC_MESSAGES/shop.mo': moFile({ bus: 'ônibus' }),
    });
    const locales = new Locales();
    locales.loadGettextTranslations(folder, 'shop');
    const brazilian = locales.get('pt_BR');
    expect(['school', 'bus', 'tram'].map((word) => brazilian.translate(word))).toEqual([
      'escola',
      'ônibus',
      'tram',
    ]);
  });
});
